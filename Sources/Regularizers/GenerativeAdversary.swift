import MoCAProtocols

/// The control without an autoencoder: the same decoder trained as the generator of a plain generative
/// adversarial network, with the encoder's network as its critic (Goodfellow et al., "Generative Adversarial
/// Nets", NeurIPS 2014).
///
/// The decoder sees draws of the prior instead of codes, and the reconstruction error is left out. Means over
/// the batch, the generator's term in its non-saturating form; the critic's step follows the generator's, on
/// the same samples.
public final class GenerativeAdversary: RegularizerPlugin, AdversarialRegularizer {
  public static let name = "gan"
  public static let summary = "the decoder alone, as the generator of a plain GAN: a control"
  public static let reference = Citation(
    "Goodfellow et al., Generative Adversarial Nets, NeurIPS 2014", url: "https://arxiv.org/abs/1406.2661")
  public static let subject = PenaltySubject.networks
  public static let about = """
    The same decoder trained as a plain generative adversarial network: it decodes draws of the prior, and a \
    critic of the encoder's structure tells the results from images. It says what the network can generate when \
    nothing has to be encoded, which is the other end of the scale from the control none. Nothing trains the \
    encoder: reconstructions and scores of codes mean nothing, only samples do. It has a GAN's limits: no loss to \
    follow, modes can be dropped, and the step sizes of both sides matter. A learning rate near 2e-4 with \
    optimizer beta1 = 0.5 is usual for the decoder.
    """
  public static let formula = """
    penalty: mean over draws p of the prior of −log σ(c(G(p)))
    critic: mean over images x of −log σ(c(x)) + mean over draws of −log(1 − σ(c(G(p))))
    reconstruction: left out
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      "λ; the only term of the loss, so that Adam nearly cancels it", .atLeast(0),
      source: "the definition")
    public var weight: Weight = 1
    @Setting("step size of the critic's Adam", .above(0), source: "Radford et al., ICLR 2016")
    public var criticLearningRate = 0.0002
    @Setting(
      "decay of the first moment of the critic's Adam", .within(0, below: 1),
      source: "Radford et al., ICLR 2016")
    public var criticBeta1 = 0.5

    public init() {}
  }

  public let criticLearningRate: Double
  public let warnings = [
    "gan trains the decoder on draws of the prior and nothing trains the encoder: look at samples, not at "
      + "reconstructions"
  ]
  private let criticBeta1: Double
  /// `nil` only while the regularizer is being checked.
  private let critic: (any Encoder)?

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    criticLearningRate = configuration.criticLearningRate
    criticBeta1 = configuration.criticBeta1
    critic = try context.makeEncoder?(1)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty((-logits(context.requiredPass(by: Self.name).reconstructions)).softplus().mean())
  }

  public func makeCriticOptimizer(for parameters: [NamedParameter]) -> any Optimizer {
    Adam(parameters, coefficients: .init(beta1: criticBeta1))
  }

  public func criticLoss(in context: RegularizationContext) -> Tensor {
    let pass = context.requiredPass(by: Self.name)
    let (real, generated) = (logits(pass.images), logits(pass.reconstructions))
    return (-real).softplus().mean() + generated.softplus().mean()
  }

  /// `[batch, channels, height, width]` → `[batch, 1]`.
  private func logits(_ images: Tensor) -> Tensor {
    guard let critic else { fatalError("the regularizer gan was built without the shape of its images") }
    return critic.encode(images).to(dtype: .float32)
  }
}

extension GenerativeAdversary: LatentPerturbing {
  public func decoderInput(for latents: Tensor, prior: any Prior, streams: RandomStreams) -> Tensor {
    withoutGradients { prior.sample(latents.shape[0], using: streams[.perturbation]) }
  }
}

extension GenerativeAdversary: ObservationWeighting {
  /// Zero, in the graph: the samples are not meant to be the batch's images.
  public func observationLoss(_ squaredErrors: Tensor, valueCount: Int) -> Tensor { squaredErrors.mean() * 0 }
}
