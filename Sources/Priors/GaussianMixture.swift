import Foundation
import MoCAProtocols

/// A mixture of K normal distributions with equal shares, one scale and fixed means, which are drawn once
/// when the run starts and kept in its checkpoints.
public final class GaussianMixture: PriorPlugin {
  public static let name = "mixture"
  public static let summary = "equal mixture of normal distributions with fixed random means"
  public static let reference = Citation(
    "Makhzani et al., Adversarial Autoencoders, 2015", url: "https://arxiv.org/abs/1511.05644")
  public static let about = """
    Several normal clouds of one size around means that are drawn once on a sphere and then stay. It is the \
    prior for tests of multimodality: a method that matches only the first two moments, or that loses modes, \
    shows it here. Choose it where codes shall fall into clusters. Nothing says which images go to which \
    cluster, and in two or three dimensions the clouds overlap by chance.
    """
  public static let formula = """
    p(z) = 1/K Σₖ N(z; μₖ, σ²I)
    μₖ uniform on the sphere of radius R, drawn once
    """

  public struct Configuration: PluginConfiguration {
    @Setting(
      "number of normal distributions K", .between(1, 65536),
      source: "Makhzani et al. 2015: ten, one for each class")
    public var components = 10
    @Setting(
      "distance R of the means from the origin", .atLeast(0),
      source: "ours: with scale 1 the means lie 5.7 standard deviations apart in high dimensions")
    public var radius = 4.0
    @Setting(
      "standard deviation σ of each coordinate inside a component", .between(1e-6, 1e6),
      source: "ours: as the normal prior")
    public var scale = 1.0

    public init() {}
  }

  public let latentSize: Int
  public let geometry = LatentGeometry.euclidean
  /// The mean squared distance of two independent draws: 2dσ² + 2 (mean |μ|² − |mean μ|²).
  public let kernelScale: Double
  /// `[components, latentSize]`.
  @Buffer private var means: Tensor
  private let scale: Double

  public init(_ configuration: Configuration, context: PriorContext) throws {
    latentSize = context.latentSize
    scale = configuration.scale
    let directions = Tensor.normal([configuration.components, latentSize], using: context.generator)
    let means = directions.normalized(along: -1) * configuration.radius
    let spread = configuration.radius * configuration.radius - means.mean(along: 0).squared().sum().item
    kernelScale = 2 * Double(latentSize) * scale * scale + 2 * spread
    self.means = means
  }

  public func project(_ latents: Tensor) -> Tensor { latents }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    let chosen = means.gathered(along: 0, at: .indices(count, below: means.shape[0], using: generator))
    return chosen + Tensor.normal([count, latentSize], using: generator) * scale
  }

  public func logDensity(of latents: Tensor) -> Tensor? {
    // float64: the squared distances come from a difference of large numbers.
    let distances = latents.to(dtype: .float64).squaredDistances(to: means.to(dtype: .float64))
    let constant =
      log(Double(means.shape[0])) + Double(latentSize) * log(scale * (2 * Double.pi).squareRoot())
    let mixed = (distances * (-0.5 / (scale * scale))).logSumExp(along: 1)
    return (mixed - constant).to(dtype: latents.dtype)
  }
}
