import MoCAProtocols

/// WAE-GAN: a critic on the latent space tells codes from draws of the prior, and the encoder learns to fool
/// it (Tolstikhin, Bousquet, Gelly and Schölkopf, "Wasserstein Auto-Encoders", ICLR 2018, algorithm 1).
///
/// Means over the batch, the encoder's term in its non-saturating form. The prior's log density, where it is
/// known and not constant, is added to the critic's output, so that the critic only learns that of the codes.
/// One critic step follows each step of the autoencoder.
public final class AdversarialCritic: RegularizerPlugin, AdversarialRegularizer {
  public static let name = "wae-gan"
  public static let summary = "a critic on the codes with its own optimizer (WAE-GAN)"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")

  public static let about = """
    A small network on the codes, the critic, learns to tell codes from draws of the prior, and the encoder \
    learns to fool it. It assumes nothing about the prior but draws, and a trained critic finds structure that \
    fixed kernels miss. Choose it as the adversarial side of a comparison. The penalty means something only \
    against a trained critic: its value is no distance, it moves with the critic, and too large a weight drives \
    the codes to one side before the critic can follow. The critic is tuned like a network of its own.
    """
  public static let formula = """
    penalty: mean over codes z of −log σ(c(z))
    critic: mean over draws p of −log σ(c(p)) + mean over codes of −log(1 − σ(c(z)))
    c = network (+ log density of the prior, where it is known and not constant)
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: ten times as much drove CIFAR-10 codes to one side within 300 steps")
    public var weight: Weight = 1
    @Setting(
      "units of each hidden layer of the critic", .between(1, 65536),
      source: "the authors' code for MNIST (1024 for CelebA)")
    public var width = 512
    @Setting("hidden layers of the critic", .between(1, 32), source: "the authors' code") public var depth = 4
    @Setting("step size of the critic's Adam", .above(0), source: "the authors' code for CelebA")
    public var criticLearningRate = 0.001
    @Setting(
      "decay of the first moment of the critic's Adam", .within(0, below: 1), source: "the authors' code")
    public var criticBeta1 = 0.5
    @Setting(
      "whether the prior's log density is added to the critic's output, where it is known",
      source: "the authors' code for CelebA (gan_p_trick)")
    public var addsLogDensity = true

    public init() {}
  }

  public let criticLearningRate: Double
  private let criticBeta1: Double
  private let critic: MultilayerPerceptron
  private let addsLogDensity: Bool

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    criticLearningRate = configuration.criticLearningRate
    criticBeta1 = configuration.criticBeta1
    // A prior made of the encoder would learn through its density to fool the critic.
    addsLogDensity = configuration.addsLogDensity && !(context.prior is any EncoderBoundPrior)
    let hidden = [Int](repeating: configuration.width, count: configuration.depth)
    critic = MultilayerPerceptron([context.prior.latentSize] + hidden + [1], using: context.generator)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(entropy(of: logits(context.latents, context.prior), target: 1))
  }

  public func makeCriticOptimizer(for parameters: [NamedParameter]) -> any Optimizer {
    Adam(parameters, coefficients: .init(beta1: criticBeta1))
  }

  public func criticLoss(in context: RegularizationContext) -> Tensor {
    let codes = context.samples
    let draws = context.priorSamples(codes.shape[0])
    return entropy(of: logits(draws, context.prior), target: 1)
      + entropy(of: logits(codes, context.prior), target: 0)
  }

  private func logits(_ latents: Tensor, _ prior: any Prior) -> Tensor {
    let output = critic(latents).squeezingDimension(at: 1)
    guard addsLogDensity, let logDensity = prior.logDensity(of: latents) else { return output }
    return output + logDensity
  }

  private func entropy(of logits: Tensor, target: Double) -> Tensor {
    logits.binaryCrossEntropy(with: .full(logits.shape, target, on: logits.device))
  }
}
