import Foundation
import MoCAProtocols

/// VampPrior: the mixture of the encoder's own posteriors at K learned pseudo-inputs (Tomczak and Welling,
/// "VAE with a VampPrior", AISTATS 2018).
///
/// The pseudo-inputs have the shape of images; they are sigmoids of free values, so that they stay in [0, 1].
/// They learn through ``logDensity(of:)``, which carries gradients to them and to the encoder; draws carry
/// none. They start as grey noise (ours: so that the components start apart), pass the encoder with its
/// running statistics and do not move these.
public final class VampPrior: PriorPlugin, EncoderBoundPrior {
  public static let name = "vamp"
  public static let summary = "mixture of the encoder's posteriors at learned pseudo-inputs (VampPrior)"
  public static let reference = Citation(
    "Tomczak and Welling, VAE with a VampPrior, AISTATS 2018", url: "https://arxiv.org/abs/1705.07120")
  public static let about = """
    The prior is made of the encoder itself: an equal mixture of its posteriors at learned images, the \
    pseudo-inputs. It moves towards the codes while the codes move towards it, which lowers the price of the \
    divergence and gives the VAE a multimodal prior. Use it with the regularizer kl and the posterior \
    gaussian; methods that only take draws leave the pseudo-inputs where they are, since draws carry no \
    gradients. Each step encodes all pseudo-inputs beside the batch, so 500 of them can cost more than the \
    batch itself.
    """
  public static let formula = """
    p(z) = 1/K Σₖ q(z | uₖ)
    uₖ = sigmoid(free values), of the shape of an image
    """

  public struct Configuration: PluginConfiguration {
    @Setting("pseudo-inputs K", .between(1, 65536), source: "the authors' code: 500")
    public var components = 500

    public init() {}
  }

  public let latentSize: Int
  public let geometry = LatentGeometry.euclidean
  /// `[components, channels, height, width]`: logits of the pseudo-inputs.
  @Parameter private var pseudoInputs: Tensor
  /// From images to features, and what draws from these. The networks are not this module's parts.
  private var encode: ((Tensor) -> Tensor)?
  private var posterior: (() -> any Posterior)?

  public init(_ configuration: Configuration, context: PriorContext) throws {
    latentSize = context.latentSize
    let shape = context.imageShape ?? ImageShape(channels: 1, height: 1, width: 1)
    pseudoInputs = .normal(
      [configuration.components, shape.channels, shape.height, shape.width], using: context.generator)
  }

  /// 2d, as for the normal distribution: the distribution itself moves during the run.
  public var kernelScale: Double { 2 * Double(latentSize) }

  public func bind(to encoder: any Encoder, _ posterior: any Posterior) {
    encode = { images in
      let layers = ([encoder] + encoder.submodules()).compactMap { $0 as? any TrainingSensitive }
      let modes = layers.map(\.isTraining)
      for layer in layers { layer.isTraining = false }
      defer { for (layer, mode) in zip(layers, modes) { layer.isTraining = mode } }
      return encoder.encode(images).to(dtype: .float32)
    }
    self.posterior = { posterior }
  }

  public func project(_ latents: Tensor) -> Tensor { latents }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    withoutGradients {
      let (features, posterior) = components()
      let chosen = Tensor.indices(count, below: features.shape[0], using: generator)
      return posterior.sample(from: features.gathered(along: 0, at: chosen), using: generator)
    }
  }

  /// `nil` where the posterior has no density.
  public func logDensity(of latents: Tensor) -> Tensor? {
    let (features, posterior) = components()
    guard let posterior = posterior as? any PosteriorDensity else { return nil }
    let densities = posterior.logDensity(of: latents, given: features)
    return densities.logSumExp(along: 1) - log(Double(features.shape[0]))
  }

  /// The features of all pseudo-inputs, and what draws from them.
  private func components() -> (features: Tensor, posterior: any Posterior) {
    guard let encode, let posterior else {
      fatalError("the prior \"vamp\" has no encoder yet; bind it to one before it is used")
    }
    return (encode(pseudoInputs.sigmoid()), posterior())
  }
}
