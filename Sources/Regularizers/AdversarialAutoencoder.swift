import MoCAProtocols

/// The adversarial autoencoder: a critic on the codes, with a Gaussian posterior and a normal prior
/// (Makhzani, Shlens, Jaitly, Goodfellow and Frey, "Adversarial Autoencoders", ICLR 2016 workshop, arXiv
/// 1511.05644).
///
/// The game of ``AdversarialCritic`` without the prior's log density. The authors alternate the
/// reconstruction and the adversarial step with equal step sizes; here both are one loss.
public final class AdversarialAutoencoder: RegularizerPlugin, AdversarialRegularizer {
  public static let name = "aae"
  public static let summary = "a critic on the codes of a Gaussian posterior (adversarial autoencoder)"
  public static let reference = Citation(
    "Makhzani et al., Adversarial Autoencoders, 2015", url: "https://arxiv.org/abs/1511.05644")
  public static let defaultPrior: String? = "normal"
  public static let defaultPosterior: String? = "gaussian"
  public static let about = """
    The first autoencoder with an adversary on its codes. It differs from wae-gan in what surrounds the critic: \
    each image has a normal distribution of codes, the prior is normal, the critic has two wide layers and \
    is not told the prior's density. Choose it to compare with the older literature; wae-gan is the later \
    form. It shares that method's limits: the penalty's value is no distance, and the critic must keep pace \
    with the encoder. Nothing keeps the variances of the posterior from shrinking to zero.
    """
  public static let formula = """
    penalty: mean over codes z of −log σ(c(z)), z ~ q(z | x)
    critic: mean over draws p of −log σ(c(p)) + mean over codes of −log(1 − σ(c(z)))
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: as wae-gan")
    public var weight: Weight = 1
    @Setting(
      "units of each hidden layer of the critic", .between(1, 65536), source: "the paper's network for MNIST")
    public var width = 1000
    @Setting("hidden layers of the critic", .between(1, 32), source: "the paper's network for MNIST")
    public var depth = 2
    @Setting("step size of the critic's Adam", .above(0), source: "ours: as wae-gan")
    public var criticLearningRate = 0.001
    @Setting(
      "decay of the first moment of the critic's Adam", .within(0, below: 1), source: "ours: as wae-gan")
    public var criticBeta1 = 0.5

    public init() {}
  }

  private let adversary: AdversarialCritic

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    var inner = AdversarialCritic.Configuration()
    inner.width = configuration.width
    inner.depth = configuration.depth
    inner.criticLearningRate = configuration.criticLearningRate
    inner.criticBeta1 = configuration.criticBeta1
    inner.addsLogDensity = false
    adversary = try AdversarialCritic(inner, context: context)
  }

  public var criticLearningRate: Double { adversary.criticLearningRate }

  public func makeCriticOptimizer(for parameters: [NamedParameter]) -> any Optimizer {
    adversary.makeCriticOptimizer(for: parameters)
  }

  public func penalty(in context: RegularizationContext) -> Penalty { adversary.penalty(in: context) }

  public func criticLoss(in context: RegularizationContext) -> Tensor { adversary.criticLoss(in: context) }
}
