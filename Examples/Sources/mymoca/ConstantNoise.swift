import Foundation
import MoCAProtocols

/// A normal law around the encoder's output with one fixed deviation (the constant-variance autoencoder of Ghosh et al.,
/// "From Variational to Deterministic Autoencoders", ICLR 2020).
///
/// z = μ + σ ε. Against a normal prior N(0, s²I) the divergence is ½ Σ (σ²/s² + μ²/s² − 1 − log(σ²/s²)), in nats for
/// each image. The default σ is ours.
public final class ConstantNoise: PosteriorPlugin {
  public static let name = "constant-noise"
  public static let summary = "the encoder's output plus normal noise of one fixed size"
  public static let about = """
    The encoder gives the mean and nothing else; the noise is the same for every image. The decoder must make neighbouring \
    codes into similar images, and no variance can collapse. Its divergence from a normal prior is the squared length of \
    the mean up to constants. Only for priors on all of space.
    """
  public static let formula = "z = μ + σ ε,  ε ~ N(0, I)"
  public static let reference = Citation(
    "Ghosh et al., From Variational to Deterministic Autoencoders, ICLR 2020",
    url: "https://arxiv.org/abs/1903.12436")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting("standard deviation σ of the noise", .between(1e-6, 1e6), source: "ours") public var deviation =
      0.1

    public init() {}
  }

  public let featureCount: Int
  private let deviation: Double

  public init(_ configuration: Configuration, prior: any Prior) throws {
    if prior.geometry != .euclidean {
      throw ConfigurationError.incompatible(
        "the posterior \"constant-noise\" needs a prior on all of space, found one on the \(prior.geometry.rawValue): "
          + "its draws would leave the support; choose prior=normal or posterior=deterministic")
    }
    featureCount = prior.latentSize
    deviation = configuration.deviation
  }

  public func sample(from features: Tensor, using generator: Generator) -> Tensor {
    features + Tensor.normal(features.shape, using: generator) * deviation
  }

  public func mode(of features: Tensor) -> Tensor { features }

  public func entropy(of features: Tensor) -> Tensor? {
    let nats = Double(featureCount) * (0.5 + log(deviation * (2 * Double.pi).squareRoot()))
    return .full([features.shape[0]], nats, on: features.device)
  }

  public func divergence(of features: Tensor, from prior: any Prior) -> Tensor? {
    guard let scale = prior.normalScale else { return nil }
    let ratio = deviation * deviation / (scale * scale)
    let constant = Double(featureCount) * (ratio - 1 - log(ratio)) / 2
    return (features / scale).squared().sum(along: 1) / 2 + constant
  }
}
