import Foundation
import MoCAProtocols

/// Independent Laplace coordinates: most are near zero, some are far out (the sparse prior of Olshausen and Field,
/// Nature 381, 1996, with |z| as the cost of a coefficient).
///
/// p(z) = Π exp(−|zᵢ| / b) / 2b. A draw is the difference of two exponential ones. The default b = 1/√2 is ours: each
/// coordinate has variance one, as with the standard normal.
public final class Laplace: PriorPlugin {
  public static let name = "laplace"
  public static let summary = "independent Laplace coordinates: sparse codes"
  public static let about = """
    Independent coordinates with a sharp peak at zero and long tails: a code uses few of its coordinates strongly. Choose \
    it for codes that shall be read coordinate by coordinate. Unlike a normal law it prefers the axes, so projections \
    have no common quantiles; methods that compare with draws take it as it is.
    """
  public static let formula = "p(z) = Π exp(−|zᵢ| / b) / (2b)"
  public static let reference = Citation(
    "Olshausen and Field, Emergence of simple-cell receptive field properties by learning a sparse code, Nature 1996",
    url: "https://doi.org/10.1038/381607a0")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting(
      "scale b of each coordinate, whose variance is 2b²", .between(1e-6, 1e6), source: "ours: variance one")
    public var scale = 0.5.squareRoot()

    public init() {}
  }

  public let latentSize: Int
  public let geometry = LatentGeometry.euclidean
  private let scale: Double

  public init(_ configuration: Configuration, context: PriorContext) throws {
    latentSize = context.latentSize
    scale = configuration.scale
  }

  /// 4db²: the mean squared distance of two draws.
  public var kernelScale: Double { 4 * Double(latentSize) * scale * scale }

  public func project(_ latents: Tensor) -> Tensor { latents }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    // Of 1 − u, since u may be zero.
    let first = (1 - Tensor.uniform([count, latentSize], using: generator)).log()
    let second = (1 - Tensor.uniform([count, latentSize], using: generator)).log()
    return (first - second) * scale
  }

  public func logDensity(of latents: Tensor) -> Tensor? {
    latents.absolute().sum(along: -1) * (-1 / scale) - Double(latentSize) * log(2 * scale)
  }
}
