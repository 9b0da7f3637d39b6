import MoCAProtocols

/// The uniform distribution in the unit ball.
///
/// A draw is a uniform direction times U^(1/d) with U uniform on [0, 1): the volume inside a radius grows
/// like its d-th power. (A radius of U itself, as in some public code for the disk, crowds the centre.)
///
/// The encoder's output x becomes x / √(1 + |x|²): smooth, one to one, and with gradients that fade like a
/// power of |x|, not exponentially. Normal outputs of unit variance land near the radius of a typical draw.
///
/// d coordinates of a uniform point on the unit sphere of d + 2 dimensions are uniform in the ball; this
/// gives the quantiles of a projection exactly.
public final class UniformBall: PriorPlugin {
  public typealias Configuration = NoSettings

  public static let name = "ball"
  public static let summary = "uniform in the unit ball"
  public static let reference = Citation(
    "Kolouri et al., Sliced-Wasserstein Auto-Encoders, ICLR 2019", url: "https://arxiv.org/abs/1804.01947")
  public static let about = """
    Uniform in the unit ball: the same in every direction, as on the sphere, but the norm is free. Choose it \
    for two or three dimensions, where codes shall fill a disk or a ball that can be looked at. In high \
    dimensions nearly all of the volume lies at the surface, and the distribution hardly differs from the \
    uniform distribution on the sphere. The quantiles of its projections are known exactly, so sliced \
    methods need no draws.
    """
  public static let formula = """
    z = u · U^(1/d), u uniform on the sphere, U uniform on [0, 1]
    code = x / √(1 + |x|²) of the encoder's output x
    """

  public let latentSize: Int
  public let geometry = LatentGeometry.ball

  public init(_ configuration: NoSettings, context: PriorContext) throws { latentSize = context.latentSize }

  /// 2d/(d + 2): the mean squared distance of two independent draws.
  public var kernelScale: Double { 2 * Double(latentSize) / Double(latentSize + 2) }

  public func project(_ latents: Tensor) -> Tensor {
    latents * (latents.squared().sum(along: -1, keepsDimensions: true) + 1).reciprocalSquareRoot()
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    let directions = Tensor.normal([count, latentSize], using: generator).normalized(along: -1)
    return directions * Tensor.uniform([count, 1], using: generator).power(1 / Double(latentSize))
  }

  public func projectionQuantiles(_ count: Int) -> [Double]? {
    UnitSphere.projectionQuantiles(count, dimension: latentSize + 2)
  }

  /// The straight line, which stays inside.
  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    start * (1 - fraction) + end * fraction
  }
}
