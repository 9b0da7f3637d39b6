import MoCAProtocols

/// One way in which codes can differ from their prior, as a number.
///
/// A measure is built once for a prior and a number of codes; its directions and its reference draws are then fixed,
/// so that the value of the codes and the values of draws of the prior are comparable. A new measure is a file with
/// such a type and a line in ``LatentEvaluation/measures``.
public protocol LatentMeasure {
  /// Its name, as in `slicedWasserstein`.
  static var name: String { get }
  /// What the value is, in words, with its value at a perfect match.
  static var unit: String { get }
  /// Whether values below those of draws are a mismatch too.
  static var isTwoSided: Bool { get }
  /// Which question it answers.
  static var kind: ScoreKind { get }
  /// At most so many codes take part.
  static var codeLimit: Int { get }
  /// At most so many null values are simulated.
  static var nullLimit: Int { get }
  /// Builds the measure, or `nil` where it does not suit the prior.
  init?(_ reference: LatentReference)
  /// Of `[count, latentSize]`, without gradients, where `count` is the reference's.
  func value(of codes: Tensor) -> Double
  /// The probability of such a value or a worse one for many draws of the prior, where a limit distribution
  /// is known. The simulated one is exact; this one reaches further down.
  func asymptoticProbability(of value: Double) -> Double?
}

extension LatentMeasure {
  public static var isTwoSided: Bool { false }
  public static var kind: ScoreKind { .other }
  public static var codeLimit: Int { 10_000 }
  public static var nullLimit: Int { 1_000 }
  public func asymptoticProbability(of value: Double) -> Double? { nil }
}

/// What a measure is built from.
public struct LatentReference {
  /// The distribution that the codes should follow.
  public let prior: any Prior
  /// Codes that are judged at once.
  public let count: Int
  /// The stream of directions and reference draws.
  public let generator: Generator

  public init(prior: any Prior, count: Int, generator: Generator) {
    self.prior = prior
    self.count = count
    self.generator = generator
  }

  /// The dimensions of a code.
  public var latentSize: Int { prior.latentSize }

  /// Uniform unit vectors in rows, `[count, latentSize]`.
  public func directions(_ count: Int) -> Tensor {
    Tensor.normal([count, latentSize], using: generator).normalized(along: 1)
  }

  /// As many draws of the prior as codes.
  public func draws() -> Tensor { prior.sample(count, using: generator) }
}
