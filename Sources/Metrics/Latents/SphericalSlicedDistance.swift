import Foundation
import MoCAProtocols

/// Spherical sliced Wasserstein-2 to the uniform distribution (Bonet et al., "Spherical Sliced-Wasserstein",
/// ICLR 2023).
///
/// Codes are projected on 128 random great circles. On each, W₂² to the uniform distribution is in closed
/// form: with the sorted positions uᵢ it is the variance of uᵢ − (i − ½)/N, plus 1/(12N²). The root of the
/// mean over circles; on the circle itself, d = 2, one is exact. On the sphere only.
public struct SphericalSlicedDistance: LatentMeasure {
  public static let name = "sphericalSlicedWasserstein"
  public static let unit = "sliced W₂ round great circles of length 1, towards 0 with N at a match"
  public static let nullLimit = 99

  private let first: Tensor
  private let second: Tensor

  public init?(_ reference: LatentReference) {
    if reference.prior.geometry != .sphere { return nil }
    let count = reference.latentSize == 2 ? 1 : 128
    first = reference.directions(count)
    let other = reference.directions(count)
    second = (other - first * (first * other).sum(along: 1, keepsDimensions: true)).normalized(along: 1)
  }

  public func value(of codes: Tensor) -> Double { Self.distance(of: codes, first: first, second: second) }

  /// The root of the mean over circles, each spanned by a unit row of `first` and one of `second` at right angles to it,
  /// `[circles, latentSize]`.
  public static func distance(of codes: Tensor, first: Tensor, second: Tensor) -> Double {
    let (x, y) = (first.matmul(codes.transposed()), second.matmul(codes.transposed()))
    let positions = (y.arcTangent(over: x) / (2 * Double.pi)).sorted(along: 1)
    let count = codes.shape[0]
    let ideal = (Tensor.range(count, dtype: positions.dtype, on: codes.device) + 0.5) / Double(count)
    let gaps = positions - ideal.expandingDimension(at: 0)
    let centred = gaps - gaps.mean(along: 1, keepsDimensions: true)
    return (centred.squared().mean().item + 1 / (12 * Double(count) * Double(count))).squareRoot()
  }
}
