/// What a set of images or codes is to the model that is scored.
public enum SubjectRole: String, Codable, Sendable, CaseIterable {
  /// Images decoded from draws of the prior.
  case priorSamples = "samples of the prior"
  /// Images decoded from codes of another sampler.
  case samples
  /// Held-out images, encoded and decoded.
  case reconstructions
  /// Images that the model has not seen: the noise floor, what a perfect model would get.
  case heldOut = "held-out images"
  /// The images that others are compared with.
  case reference
  /// Images from elsewhere, without a run.
  case images
  /// Codes of held-out images.
  case codes
  /// Draws of the prior, decoded and encoded again.
  case decodedDraws = "decoded draws"
  /// Held-out images in the course of the training, as its log has them.
  case trainingLog = "training log"

  /// Whether its scores are of images.
  public var isOfImages: Bool {
    switch self {
    case .priorSamples, .samples, .reconstructions, .heldOut, .reference, .images: true
    case .codes, .decodedDraws, .trainingLog: false
    }
  }

  /// Whether its scores say something of the model: those of given images belong to the data, and no value of theirs is
  /// better.
  public var isOfModel: Bool { self != .heldOut && self != .reference }
}
