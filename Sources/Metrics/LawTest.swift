import MoCAProtocols

/// Whether codes could be draws of the prior: two measures, each beside its simulated null band.
///
/// The measures are the energy statistic against a fixed sample of the prior and the sliced Wasserstein distance.
/// A method that descends one of them is still judged by the other, since both must lie in their bands. The band
/// reaches up to the largest value of ``nullCount`` samples of the prior of the same size: draws of the prior exceed
/// it with probability 1 in ``nullCount`` + 1. Codes that are more regular than draws lie below it.
public struct LawTest {
  /// One measure of some codes.
  public struct Score: Codable, Sendable {
    /// `energy` or `slicedWasserstein`.
    public let measure: String
    /// Of the codes; `nil` where they are not finite.
    public let value: Double?
    /// The upper end of the null band.
    public let limit: Double

    /// Whether the value lies in the band.
    public var isMet: Bool { value.map { $0 <= limit } ?? false }
  }

  /// Samples of the prior that make the band: with 99 of them its level is 1 %.
  public static let nullCount = 99

  private typealias Measure = (name: String, value: (Tensor) -> Double)
  private let measures: [Measure]
  private let limits: [Double]

  /// Simulates the bands.
  ///
  /// - Parameters:
  ///   - prior: The distribution in question.
  ///   - count: Codes that will be judged at once.
  ///   - generator: Draws of the prior and directions.
  public init(of prior: any Prior, count: Int, using generator: Generator) {
    let reference = withoutGradients { prior.sample(count, using: generator) }
    let own = Self.meanDistance(within: reference)
    let directions = Tensor.normal([prior.latentSize, 128], using: generator).normalized(along: 0)
    let target =
      prior.quantileColumn(count, on: reference.device)
      ?? reference.sortedProjections(along: directions)
    let measures: [Measure] = [
      ("energy", { 2 * Self.meanDistance($0, reference) - Self.meanDistance(within: $0) - own }),
      ("slicedWasserstein", { ($0.sortedProjections(along: directions) - target).squared().mean().item }),
    ]
    self.measures = measures
    limits = withoutGradients {
      let nulls = (0..<Self.nullCount).map { _ in
        let draws = prior.sample(count, using: generator)
        return measures.map { $0.value(draws) }
      }
      return measures.indices.map { index in nulls.map { $0[index] }.max() ?? 0 }
    }
  }

  /// E|x − y| over all pairs; in `float64`, since near pairs are the difference of large numbers.
  private static func meanDistance(_ first: Tensor, _ second: Tensor) -> Double {
    PairSums.mean(first.to(dtype: .float64), second.to(dtype: .float64)) { $0.clamped(min: 0).squareRoot() }
  }

  /// The same of one sample, a point with itself included.
  private static func meanDistance(within points: Tensor) -> Double {
    PairSums.mean(within: points.to(dtype: .float64), ownPair: 0) { $0.clamped(min: 0).squareRoot() }
  }

  /// Measures codes, `[count, latentSize]`.
  public func scores(of codes: Tensor) -> [Score] {
    withoutGradients {
      let isSound = codes.isFinite.all().item != 0
      return zip(measures, limits).map { measure, limit in
        let value = isSound ? measure.value(codes) : .nan
        return Score(measure: measure.name, value: value.isFinite ? value : nil, limit: limit)
      }
    }
  }
}
