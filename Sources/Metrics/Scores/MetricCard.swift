import MoCAProtocols

/// Everything that a score depends on beside the model. Two scores can be compared only where their cards do not differ.
public struct MetricCard: Codable, Sendable, Equatable {
  /// What the score is called, as in `FID`.
  public var score: String
  /// The network that made the features: its name and settings. `nil` where there is none.
  public var extractor: String?
  /// The file of its weights and the file's SHA-256.
  public var weights: String?
  /// How images were brought to the network's size.
  public var resize: String?
  /// What was scored: `samples`, `reconstructions`, `held-out images`, `images`, `codes`.
  public var subject: String
  /// The sampler of the codes with its settings, for samples.
  public var sampler: String?
  /// How many were scored.
  public var count: Int
  /// The digest of the images that were scored or encoded, where they were given and not generated.
  public var subjectDigest: String?
  /// What it was compared with.
  public var reference: String?
  /// The reference's digest.
  public var referenceDigest: String?
  /// How many images or codes the reference has.
  public var referenceCount: Int?
  /// The shape of the images.
  public var imageShape: String?
  /// How values in [0, 1] became 8 bits.
  public var quantization: String?
  /// Number formats of the features and of the score.
  public var arithmetic: String
  /// The score's own parameters, as in `k=3`.
  public var parameters: String?
  /// Decides draws, subsets and directions; `nil` where nothing is drawn.
  public var seed: Int?
  /// Where it was computed: the draws of a seed differ between devices.
  public var device: String
  /// Versions of this program and of libtorch.
  public var version: String

  /// A card of a score without extractor, sampler or reference; these are set afterwards.
  public init(
    score: String, subject: String, count: Int, arithmetic: String, parameters: String? = nil, seed: Int?,
    device: Device = .cpu, version: String
  ) {
    self.score = score
    self.subject = subject
    self.count = count
    self.arithmetic = arithmetic
    self.parameters = parameters
    self.seed = seed
    self.device = "\(device)"
    self.version = version
  }

  /// In which fields two cards differ, with both values. What a reference is called does not matter where its digest is
  /// known.
  public func differences(from other: MetricCard) -> [String] {
    let isNamed = referenceDigest == nil || other.referenceDigest == nil
    return zip(fields, other.fields).compactMap { mine, theirs in
      if mine.value == theirs.value || mine.name == "reference" && !isNamed { return nil }
      return "\(mine.name): \(mine.value) and \(theirs.value)"
    }
  }

  /// The fields with their values, for people. A field that does not apply is `-`.
  public var fields: [(name: String, value: String)] {
    [
      ("score", score), ("extractor", extractor ?? "-"), ("weights", weights ?? "-"),
      ("resize", resize ?? "-"),
      ("subject", subject), ("sampler", sampler ?? "-"), ("count", String(count)),
      ("subjectDigest", subjectDigest ?? "-"),
      ("reference", reference ?? "-"), ("referenceDigest", referenceDigest ?? "-"),
      ("referenceCount", referenceCount.map(String.init) ?? "-"), ("imageShape", imageShape ?? "-"),
      ("quantization", quantization ?? "-"), ("arithmetic", arithmetic), ("parameters", parameters ?? "-"),
      ("seed", seed.map(String.init) ?? "-"), ("device", device), ("version", version),
    ]
  }
}
