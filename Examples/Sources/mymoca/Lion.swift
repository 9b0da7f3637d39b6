import MoCAProtocols

/// Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2): every value moves by
/// the step size, in the direction that a running mean and the gradient agree on.
public final class Lion: OptimizerPlugin {
  public static let name = "lion"
  public static let summary = "steps of one size along the sign of an averaged gradient (Lion)"
  public static let reference = Citation(
    "Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023",
    url: "https://arxiv.org/abs/2302.06675")
  public static let about = """
    Every value moves by the same amount in each step, whatever its gradient. It keeps one number for each value where \
    adam keeps two. Its step size should be three to ten times smaller than adam's, and its weight decay as much larger.
    """
  public static let formula = """
    θ ← θ − learning rate · (sign(β₁ m + (1 − β₁) g) + weight decay · θ)
    m ← β₂ m + (1 − β₂) g
    """

  /// The settings.
  public struct Configuration: OptimizerConfiguration {
    @Setting("step size before the schedule", .above(0), source: "ours: a tenth of adam's")
    public var learningRate = 1e-4
    @Setting("share of the running mean in a step", .within(0, below: 1), source: "the paper")
    public var beta1 = 0.9
    @Setting("decay of the running mean", .within(0, below: 1), source: "the paper")
    public var beta2 = 0.99
    @Setting("weight decay", .atLeast(0), source: "ours: none unless it is asked for")
    public var weightDecay = 0.0
    @Setting("largest total norm of the gradients; null for no clipping", .above(0), source: "ours: none")
    public var gradientClip: Double?

    public init() {}
  }

  public let parameters: [NamedParameter]
  private let configuration: Configuration
  private let means: [Tensor]

  public init(_ configuration: Configuration, parameters: [NamedParameter]) throws {
    self.parameters = parameters
    self.configuration = configuration
    means = withoutGradients { parameters.map { ($0.parameter.wrappedValue * 0).detached() } }
  }

  public func step(learningRate: Double) {
    withoutGradients {
      for (parameter, mean) in zip(parameters.map(\.parameter.wrappedValue), means) {
        guard let gradient = parameter.gradient else { continue }
        let direction = (mean * configuration.beta1 + gradient * (1 - configuration.beta1)).sign()
        parameter.multiply(by: 1 - learningRate * configuration.weightDecay)
        parameter.add(direction, scale: -learningRate)
        mean.multiply(by: configuration.beta2)
        mean.add(gradient, scale: 1 - configuration.beta2)
      }
    }
  }

  public var state: [NamedTensor] {
    zip(parameters, means).map { NamedTensor("\($0.name).exp_avg", $1) }
  }
}
