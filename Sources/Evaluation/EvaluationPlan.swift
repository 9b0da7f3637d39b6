import Extractors
import Foundation
import MoCAProtocols

/// What is to be scored, and how.
public struct EvaluationPlan {
  /// A sampler and its settings.
  public struct SamplerChoice: Sendable {
    /// The sampler's name.
    public let name: String
    /// Its settings.
    public let settings: ConfigurationValue
    /// Whether it is left out with a note where it does not suit the run.
    public let isOptional: Bool

    /// Chooses a sampler.
    public init(name: String, settings: ConfigurationValue = .empty, isOptional: Bool = false) {
      self.name = name
      self.settings = settings
      self.isOptional = isOptional
    }
  }

  /// What samples are compared with.
  public enum Reference: Sendable {
    /// The images that the run was trained on.
    case training
    /// The images that were held out from it.
    case heldOut
    /// Other images.
    case images(ImageSet)
  }

  /// What is measured; all that can be where it is empty. A metric that was asked for and cannot be measured is an
  /// error, one that was not is left out with a note.
  public var metrics: [Metric] = []
  /// Networks in whose features images are compared.
  public var sources: [FeatureSource] = []
  /// What is known to be left out already, and why.
  public var notes: [String] = []
  /// Where codes are drawn from; the prior is always the first.
  public var samplers: [SamplerChoice] = [SamplerChoice(name: "prior")]
  /// Images that each sampler makes.
  public var sampleCount = 10_000
  /// What samples are compared with.
  public var reference = Reference.training
  /// Decides draws, subsets and directions.
  public var seed = 0
  /// Whether scores of fewer images than the features have dimensions are computed all the same.
  public var allowsFew = false

  /// Everything, by the defaults.
  public init() {}

  /// Whether `kind` is measured in the features of `source`.
  func includes(_ kind: Metric.Kind, in source: FeatureSource) -> Bool {
    metrics.isEmpty || metrics.contains { $0.kind == kind && ($0.extractor ?? source.name) == source.name }
  }

  /// Whether `kind` is measured at all.
  func includes(_ kind: Metric.Kind) -> Bool {
    metrics.isEmpty || metrics.contains { $0.kind == kind }
  }
}

/// Scores of one set of images or codes.
public struct SubjectScores: Codable, Sendable {
  /// What was scored: `prior`, `gmm`, `reconstructions`, `held-out`, `codes`, `generated`.
  public let subject: String
  /// How many images or codes.
  public let count: Int
  /// In the order in which they are shown.
  public internal(set) var scores: [Score]
}

/// Everything that was measured at once.
public struct Evaluation: Codable, Sendable {
  /// The step of the checkpoint; `nil` where no run was scored.
  public var step: Int?
  /// The checkpoint's file.
  public var checkpoint: String?
  /// What images were compared with.
  public var reference: String?
  /// One entry for each sampler, the reconstructions, the held-out images as noise floor, and the codes.
  public var subjects: [SubjectScores] = []
  /// Pictures that were written to the run's samples: the samples that are nearest to training images, above these.
  public var pictures: [String] = []
  /// What was left out and why.
  public var notes: [String] = []

  /// The scores of a subject.
  public subscript(subject: String) -> SubjectScores? { subjects.first { $0.subject == subject } }

  /// JSON with sorted keys.
  ///
  /// - Throws: What the encoder throws.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
