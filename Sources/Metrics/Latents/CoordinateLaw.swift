import MoCAProtocols

/// The distribution of single coordinates: the mean over coordinates of the Kolmogorov-Smirnov distance to
/// the prior's.
///
/// Exact distribution functions for the normal distribution and the sphere; otherwise the two-sample distance
/// to as many draws. It sees what an encoder does along its own axes, such as dead, clipped or two-peaked
/// coordinates.
public struct CoordinateLaw: LatentMeasure {
  public static let name = "coordinateLaw"
  public static let unit = "mean Kolmogorov-Smirnov distance of a coordinate, between 0 and 1"
  public static let nullLimit = 99

  private let distribution: CoordinateDistribution?
  private let draws: Tensor

  public init?(_ reference: LatentReference) {
    distribution = CoordinateDistribution(of: reference.prior)
    draws = distribution == nil ? reference.draws().transposed().contiguous() : .zeros([0])
  }

  public func value(of codes: Tensor) -> Double {
    let rows = codes.transposed().contiguous()
    guard let distribution else { return Self.distance(rows, draws).mean().item }
    return distribution.kolmogorovSmirnov(rows.sorted(along: 1)).mean().item
  }

  /// The two-sample Kolmogorov-Smirnov distance of each row: `[rows, n], [rows, m] → [rows]`.
  public static func distance(_ first: Tensor, _ second: Tensor) -> Tensor {
    let joined = Tensor.concatenated([first, second], along: 1)
    // Steps of the difference of the two distribution functions, in the order of the joined samples.
    let isSecond = joined.sortedIndices(along: 1).to(dtype: .float64).isGreater(
      than: Double(first.shape[1]) - 0.5)
    let up = Tensor.full(joined.shape, 1 / Double(first.shape[1]), dtype: .float64, on: first.device)
    let steps = up.filled(where: isSecond, with: -1 / Double(second.shape[1]))
    return steps.cumulativeSum(along: 1).absolute().maximum(along: 1)
  }
}
