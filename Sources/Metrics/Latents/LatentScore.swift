import Mathematics

/// One measure of codes beside the same measure of draws of the prior.
public struct LatentScore: Codable, Sendable, Equatable {
  /// The measure, as in `slicedWasserstein`.
  public let name: String
  /// What the value is, in words.
  public let unit: String
  /// Which question it answers.
  public let kind: ScoreKind
  /// Of the codes.
  public let value: Double
  /// The median of the null values: what a perfect match gives at this number of codes.
  public let nullMedian: Double
  /// The lower end of the null band: its 2.5 % quantile; `nil` where only large values are a mismatch.
  public let lower: Double?
  /// The upper end of the null band: its 97.5 % quantile, or its 95 % quantile where only large values are a mismatch.
  public let upper: Double
  /// The probability that draws of the prior give such a value or a worse one: (1 + null values that do) /
  /// (``nullCount`` + 1), twice the smaller side's where both sides are a mismatch. Its least value is 1 or 2 in
  /// ``nullCount`` + 1.
  public let probability: Double
  /// The same from a limit distribution, where one is known: it tells a large mismatch from a huge one.
  public let asymptoticProbability: Double?
  /// Codes that took part.
  public let codeCount: Int
  /// Null values simulated.
  public let nullCount: Int

  /// The level of ``isMatched``.
  public static let level = 0.01

  /// Whether the codes could be draws of the prior as far as this measure sees, at the level of 1 %: it refuses one
  /// in a hundred of perfect matches.
  public var isMatched: Bool { probability > Self.level }

  /// Values on either side of the null band are a mismatch, or large ones alone.
  public var order: ScoreOrder { lower == nil ? .lower : .nearerToNull }

  /// The null values.
  public var null: NullComparison {
    NullComparison(
      median: nullMedian, lower: lower, upper: upper, probability: probability,
      asymptoticProbability: asymptoticProbability)
  }

  /// Reads a value against null values.
  init(_ type: any LatentMeasure.Type, value: Double, asymptotic: Double?, nulls: [Double], codeCount: Int) {
    let band = OrderStatistics(nulls)
    let count = Double(nulls.count + 1)
    let above = Double(1 + nulls.count { $0 >= value }) / count
    let below = Double(1 + nulls.count { $0 <= value }) / count
    name = type.name
    unit = type.unit
    kind = type.kind
    self.value = value
    nullMedian = band.quantile(0.5)
    lower = type.isTwoSided ? band.quantile(0.025) : nil
    upper = band.quantile(type.isTwoSided ? 0.975 : 0.95)
    probability = type.isTwoSided ? min(1, 2 * min(above, below)) : above
    asymptoticProbability = asymptotic
    self.codeCount = codeCount
    nullCount = nulls.count
  }
}
