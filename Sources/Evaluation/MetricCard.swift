import MoCAProtocols
import Runner

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
    device: Device = .cpu, version: String = RunRecord.program
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

  /// The one way from [0, 1] to 8 bits: ``ImageGrid/bytes(of:)``.
  static let quantization = "clamped to [0, 1], × 255, rounded"

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

/// A score with the protocol that makes it comparable.
public struct Score: Codable, Sendable, Equatable {
  /// The number; `nil` in JSON stands for one that is not finite.
  public let value: Double?
  /// How far it moves by chance, in the sense of ``errorKind``.
  public let error: Double?
  /// What ``error`` is: `standard error over subsets`, `standard deviation over splits`, …
  public let errorKind: String?
  /// What else was found on the way, as the slope of an extrapolation.
  public let details: [String: Double]?
  /// The protocol.
  public let card: MetricCard

  /// States a score.
  public init(
    _ value: Double, error: Double? = nil, errorKind: String? = nil, details: [String: Double] = [:],
    card: MetricCard
  ) {
    self.value = value.isFinite ? value : nil
    self.error = error
    self.errorKind = errorKind
    self.details = details.isEmpty ? nil : details.filter { $0.value.isFinite }
    self.card = card
  }
}

/// Scores of several models in one column: all under one protocol.
public struct ScoreColumn: Sendable {
  /// The protocol that all share.
  public let card: MetricCard
  /// From top to bottom; `nil` where a model has no such score.
  public let scores: [Score?]

  /// Collects scores.
  ///
  /// - Throws: ``EvaluationError/differentCards(score:differences:)`` where two were measured differently.
  public init(_ scores: [Score?]) throws {
    guard let first = scores.lazy.compactMap({ $0 }).first else {
      throw EvaluationError.emptyColumn
    }
    for score in scores.compactMap({ $0 }) {
      let differences = first.card.differences(from: score.card)
      if !differences.isEmpty {
        throw EvaluationError.differentCards(score: first.card.score, differences: differences)
      }
    }
    card = first.card
    self.scores = scores
  }
}
