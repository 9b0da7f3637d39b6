import MoCAProtocols

/// The distribution of ⟨θ, z⟩ on the sphere: the mean over 64 random directions θ of the Cramér-von Mises
/// statistic against the distribution of a coordinate of a uniform point, (u + 1)/2 ~ Beta((d − 1)/2, (d −
/// 1)/2).
///
/// Its expectation is 1/6 at every N and d for a perfect match and grows like N for a mismatch.
public struct DirectionLaw: LatentMeasure {
  public static let name = "directionLaw"
  public static let unit = "mean Cramér-von Mises statistic of a random direction, 1/6 at a match"
  public static let nullLimit = 99

  private let distribution: CoordinateDistribution
  private let directions: Tensor

  public init?(_ reference: LatentReference) {
    guard reference.prior.geometry == .sphere, let known = CoordinateDistribution(of: reference.prior) else {
      return nil
    }
    distribution = known
    directions = reference.directions(64)
  }

  public func value(of codes: Tensor) -> Double {
    let sorted = directions.matmul(codes.transposed()).sorted(along: 1)
    return distribution.cramerVonMises(sorted).mean().item
  }
}
