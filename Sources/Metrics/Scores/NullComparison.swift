/// A value beside the same measure of draws of the prior: its null values.
///
/// Numbers that are not finite are left out.
public struct NullComparison: Sendable, Equatable {
  /// What a perfect match gives.
  public let median: Double?
  /// The lower end of the null band; `nil` where only large values are a mismatch.
  public let lower: Double?
  /// The upper end of the null band.
  public let upper: Double?
  /// The probability that a perfect match gives such a value or a worse one; `nil` where it was not simulated.
  public let probability: Double?
  /// The same from a limit distribution, where one is known.
  public let asymptoticProbability: Double?

  public init(
    median: Double?, lower: Double? = nil, upper: Double? = nil, probability: Double? = nil,
    asymptoticProbability: Double? = nil
  ) {
    let finite = { (value: Double?) in value.flatMap { $0.isFinite ? $0 : nil } }
    self.median = finite(median)
    self.lower = finite(lower)
    self.upper = finite(upper)
    self.probability = finite(probability)
    self.asymptoticProbability = finite(asymptoticProbability)
  }
}

extension NullComparison {
  /// Files keep them among a score's `details`, under these keys.
  enum Key: String, CaseIterable {
    case nullMedian, nullLower, nullUpper, probability, asymptoticProbability
  }

  /// As they stand in a file.
  var details: [String: Double] {
    let values: [Key: Double?] = [
      .nullMedian: median, .nullLower: lower, .nullUpper: upper, .probability: probability,
      .asymptoticProbability: asymptoticProbability,
    ]
    return values.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value }
  }

  /// Reads them from a file's details; `nil` where there are none.
  init?(details: [String: Double]) {
    let value = { (key: Key) in details[key.rawValue] }
    if Key.allCases.allSatisfy({ value($0) == nil }) { return nil }
    self.init(
      median: value(.nullMedian), lower: value(.nullLower), upper: value(.nullUpper),
      probability: value(.probability), asymptoticProbability: value(.asymptoticProbability))
  }
}
