import Foundation
import MoCAProtocols

/// The normal distribution with mean zero and covariance σ²I.
public final class Normal: PriorPlugin {
  public static let name = "normal"
  public static let summary = "independent normal coordinates"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")
  public static let about = """
    Independent normal coordinates with mean zero and one scale: the prior of the VAE and of the Wasserstein \
    autoencoder. The encoder's output is the code as it is. It is the distribution with the most closed \
    forms (divergences, projections, Cramér-Wold distance), so every method but the spherical ones takes it. \
    The support has no bounds: where a weight is small, codes may drift far out before the penalty holds them.
    """
  public static let formula = "p(z) = (2πσ²)^(−d/2) exp(−|z|² / (2σ²))"

  public struct Configuration: PluginConfiguration {
    @Setting(
      "standard deviation σ of each coordinate", .between(1e-6, 1e6),
      source: "the standard normal distribution of Kingma and Welling 2014")
    public var scale = 1.0

    public init() {}
  }

  public let latentSize: Int
  public let geometry = LatentGeometry.euclidean
  private let scale: Double

  public init(_ configuration: Configuration, context: PriorContext) throws {
    latentSize = context.latentSize
    scale = configuration.scale
  }

  /// 2dσ²: the mean squared distance of two independent draws.
  public var kernelScale: Double { 2 * Double(latentSize) * scale * scale }

  public var normalScale: Double? { scale }

  public func project(_ latents: Tensor) -> Tensor { latents }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    Tensor.normal([count, latentSize], using: generator) * scale
  }

  public func projectionQuantiles(_ count: Int) -> [Double]? {
    let probabilities = (0..<count).map { (Double($0) + 0.5) / Double(count) }
    return Tensor(probabilities).normalQuantiles().doubles.map { $0 * scale }
  }

  public func logDensity(of latents: Tensor) -> Tensor? {
    let constant = Double(latentSize) * log(scale * (2 * Double.pi).squareRoot())
    return latents.squared().sum(along: -1) * (-0.5 / (scale * scale)) - constant
  }
}
