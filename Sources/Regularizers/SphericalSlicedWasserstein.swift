import Foundation
import MoCAProtocols

/// Spherical sliced Wasserstein distance to the uniform distribution (Bonet, Berg, Courty, Septier, Drumetz
/// and Pham, ICLR 2023).
///
/// The mean over random great circles, each spanned by an orthonormal pair of normal vectors, of W₂² with the
/// circle's length as unit. The authors' closed form, arranged so that it does not cancel: with the sorted
/// positions uᵢ the variance of uᵢ − (i − ½)/N, plus 1/(12N²). On the circle itself (d = 2) one projection is
/// exact.
public final class SphericalSlicedWasserstein: RegularizerPlugin {
  public static let name = "spherical-sliced-wasserstein"
  public static let summary = "Wasserstein distance along random great circles, in closed form (SSW)"
  public static let reference = Citation(
    "Bonet et al., Spherical Sliced-Wasserstein, ICLR 2023", url: "https://arxiv.org/abs/2206.08780")
  public static let defaultPrior: String? = "hypersphere"
  public static let about = """
    The sliced Wasserstein distance made for the sphere: codes are projected on random great circles, and the \
    cost of spreading them evenly round each circle is known in closed form, so there is neither a second sample \
    nor a table of quantiles. It measures angles where the flat version measures shadows. Choose it for the \
    hypersphere in few to moderate dimensions; its authors found it ahead of the flat one there. Limits: in many \
    dimensions a random circle lies nearly at right angles to every code, so the angle on it is mostly noise, and \
    the pull on a code near a circle's axis is large and short-lived.
    """
  public static let formula = """
    L = mean over great circles of W₂²(u, uniform)
    u = atan2(⟨b, z⟩, ⟨a, z⟩) / 2π, a and b orthonormal, at random
    W₂² = Var(u₍ᵢ₎ − (i − ½)/N) + 1/(12N²)
        = mean u² − (mean u)² + Σᵢ (N + 1 − 2i)/N² · u₍ᵢ₎ + 1/12
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the squared distance of a finite sample to a distribution exceeds that of its own distribution by a "
      + "term like 1/N"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: within a factor of two as hard a pull on a shifted cloud as sliced-wasserstein's")
    public var weight: Weight = 1000
    @Setting(
      "random great circles in a step; one in two dimensions", .between(1, 65536),
      source: "the authors' self-supervised runs; 1000 in their autoencoders")
    public var projections = 200

    public init() {}
  }

  private let projections: Int

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    if context.prior.geometry != .sphere {
      throw ConfigurationError.incompatible(
        "the regularizer \"spherical-sliced-wasserstein\" measures angles on the unit sphere and cannot match "
          + "this prior; set prior=hypersphere, or choose regularizer=sliced-wasserstein")
    }
    projections = context.prior.latentSize == 2 ? 1 : configuration.projections
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let first = context.directions(projections)
    let other = context.directions(projections)
    let second = (other - first * (first * other).sum(along: 0, keepsDimensions: true)).normalized(along: 0)
    return Penalty(Self.distance(of: context.samples, first: first, second: second))
  }

  /// The mean W₂² to the uniform distribution over circles; rank 0.
  ///
  /// - Parameters:
  ///   - samples: `[count, latentSize]`, none of them zero.
  ///   - first: Unit columns, `[latentSize, circles]`.
  ///   - second: Unit columns at right angles to those of `first`.
  public static func distance(of samples: Tensor, first: Tensor, second: Tensor) -> Tensor {
    let (x, y) = (samples.matmul(first), samples.matmul(second))
    // At the origin of a circle's plane the angle has no derivative; there it is that of (1, y).
    let isAway = (x.squared() + y.squared()).isGreater(than: 1e-12)
    let positions = y.arcTangent(over: x.selecting(where: isAway, otherwise: x * 0 + 1)) / (2 * Double.pi)
    let count = Double(samples.shape[0])
    let ideal = (Tensor.range(samples.shape[0], dtype: .float32, on: samples.device) + 0.5) / count
    let gaps = positions.sorted(along: 0) - ideal.expandingDimension(at: 1)
    let centered = gaps - gaps.mean(along: 0, keepsDimensions: true)
    return centered.squared().mean() + 1 / (12 * count * count)
  }
}
