import Foundation
import MoCAProtocols

/// The uniform distribution on the unit sphere of the latent space: MoCA's prior.
///
/// Codes are divided by their Euclidean norm; a draw is a normal vector divided by its norm.
public final class Hypersphere: PriorPlugin {
  public typealias Configuration = NoSettings

  public static let name = "hypersphere"
  public static let summary = "uniform on the unit sphere"
  public static let reference = Citation(
    "Davidson et al., Hyperspherical Variational Auto-Encoders, UAI 2018",
    url: "https://arxiv.org/abs/1804.00891")
  public static let about = """
    All codes have norm one and no direction is preferred: MoCA's prior. Its support is compact, so no code \
    can run away, and the uniform distribution is the one of largest entropy, which is what contrastive \
    terms reach for. Quantiles of projections and moments are known in closed form. In high dimensions two \
    draws are nearly at right angles, which no regularizer has to learn; normalising alone already gives \
    much of the match.
    """
  public static let formula = """
    p(z) = 1 / Area on |z| = 1
    code = x / |x| of the encoder's output x
    """

  public let latentSize: Int
  public let geometry = LatentGeometry.sphere
  /// 2: the mean squared distance of two independent uniform points.
  public let kernelScale = 2.0

  public init(_ configuration: NoSettings, context: PriorContext) throws {
    if context.latentSize < 2 {
      throw ConfigurationError.outOfRange(
        path: "latent.size", found: "\(context.latentSize)",
        allowed: "at least 2 with the prior \"hypersphere\"")
    }
    latentSize = context.latentSize
  }

  public func project(_ latents: Tensor) -> Tensor { latents.normalized(along: -1) }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    Tensor.normal([count, latentSize], using: generator).normalized(along: -1)
  }

  public func projectionQuantiles(_ count: Int) -> [Double]? {
    UnitSphere.projectionQuantiles(count, dimension: latentSize)
  }

  /// Along the great circle (spherical linear interpolation, Shoemake 1985).
  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    let cosine = (start * end).sum(along: -1, keepsDimensions: true).clamped(min: -1).clamped(max: 1)
    let angle = cosine.arcCosine().clamped(min: 1e-6)
    let path = ((1 - fraction) * angle).sine() * start + (fraction * angle).sine() * end
    return project(path / angle.sine().clamped(min: 1e-6))
  }
}
