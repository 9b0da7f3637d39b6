import MoCAProtocols

/// The denoising autoencoder: the encoder sees a damaged image, the reconstruction is compared with the clean
/// one (Vincent, Larochelle, Bengio and Manzagol, "Extracting and Composing Robust Features with Denoising
/// Autoencoders", ICML 2008).
///
/// There is no penalty on the codes. Alternating damage, encoding and decoding is a Markov chain whose
/// distribution approaches that of the images (Bengio, Yao, Alain and Vincent, "Generalized Denoising
/// Auto-Encoders as Generative Models", NeurIPS 2013): the sampler `markov-chain` uses
/// ``corrupted(_:streams:)`` for it.
public final class Denoising: RegularizerPlugin {
  public static let name = "denoising"
  public static let summary = "the encoder sees damaged images, no penalty (denoising autoencoder): a control"
  public static let reference = Citation(
    "Vincent et al., Extracting and Composing Robust Features with Denoising Autoencoders, ICML 2008",
    url: "https://doi.org/10.1145/1390156.1390294")
  public static let subject = PenaltySubject.networks
  public static let about = """
    The encoder sees an image with noise or holes, and the decoder has to give back the clean one. That makes the \
    networks robust and smooths the codes, but gives them no distribution: draw from it with the sampler \
    markov-chain, or with a density fitted to the codes. Choose it as the control that regularizes without a \
    prior. More damage gives smoother codes and blurrier reconstructions. Scores on held-out images are \
    those of clean inputs.
    """
  public static let formula = """
    reconstruction: |D(E(x̃)) − x|² with x̃ = x + σ ε, or x̃ = x with values set to zero at random
    penalty = 0
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting("λ; the penalty is zero whatever it is", .atLeast(0), source: "nothing to weigh")
    public var weight: Weight = 0
    @Setting("the damage: gaussian noise, or masking with zeros", source: "ours: masking is the paper's")
    public var damage = Damage.gaussian
    @Setting(
      "standard deviation of the noise on images in [0, 1]", .atLeast(0),
      source: "ours: visible, but the picture stays clear")
    public var noise = 0.1
    @Setting(
      "probability that masking sets a value to zero", .between(0, 1),
      source: "a usual choice for small images; the best share depends on them")
    public var maskedShare = 0.25
    @Setting("whether noisy images are cut to [0, 1]", source: "ours: the encoder sees images, as in use")
    public var clips = true

    public init() {}
  }

  public enum Damage: String, SettingValue, CaseIterable {
    case gaussian, masking
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    self.configuration = configuration
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(.scalar(0, on: context.latents.device))
  }
}

extension Denoising: InputCorrupting {
  public func corrupted(_ images: Tensor, streams: RandomStreams) -> Tensor {
    let generator = streams[.corruption]
    let damaged: Tensor
    switch configuration.damage {
    case .gaussian:
      let noisy = images + Tensor.normal(images.shape, using: generator) * configuration.noise
      damaged = configuration.clips ? noisy.clamped(min: 0).clamped(max: 1) : noisy
    case .masking:
      let masked = Tensor.uniform(images.shape, using: generator).isLess(than: configuration.maskedShare)
      damaged = images.filled(where: masked, with: 0)
    }
    return images.isChannelsLast ? damaged.channelsLast() : damaged
  }
}
