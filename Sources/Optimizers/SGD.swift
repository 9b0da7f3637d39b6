import MoCAProtocols

/// Stochastic gradient descent with momentum, as PyTorch's `torch.optim.SGD` with dampening 0 defines it.
///
/// Before the first gradient b is zero: m · 0 + g is PyTorch's first buffer, the gradient itself.
public final class SGD: OptimizerPlugin {
  public static let name = "sgd"
  public static let summary = "gradient descent with momentum, Nesterov's if wished"
  public static let reference = Citation(
    "Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013",
    url: "https://proceedings.mlr.press/v28/sutskever13.html")
  public static let about = """
    Each value moves along a decaying sum of its gradients. It keeps one number for each value, and has no scale of \
    its own: the step size must fit the size of the gradients, which here are those of a summed squared error, and \
    parts of a network with small gradients learn slowly. Choose it to see what a result owes to adam. Begin with a \
    small step size, and clip the gradients where it diverges.
    """
  public static let formula = """
    b ← m b + g, g with weight decay added
    θ ← θ − learning rate · b, or with nesterov θ ← θ − learning rate · (g + m b)
    """

  public struct Configuration: OptimizerConfiguration {
    @Setting("step size before the schedule", .above(0), source: "PyTorch's torch.optim.SGD")
    public var learningRate = 0.001
    @Setting("momentum m", .within(0, below: 1), source: "ours: the usual value; PyTorch's default is 0")
    public var momentum = 0.9
    @Setting("whether the step looks ahead along the momentum", source: "PyTorch's torch.optim.SGD")
    public var nesterov = false
    @Setting("weight decay", .atLeast(0), source: "PyTorch's torch.optim.SGD")
    public var weightDecay = 0.0
    @Setting(.gradientClip, .above(0), source: "ours: none unless it is asked for")
    public var gradientClip: Double?

    public init() {}

    public func validate() throws {
      if nesterov, momentum == 0 {
        throw ConfigurationError.incompatible(
          "optimizer.nesterov needs a momentum above 0, found 0; set optimizer.momentum, or leave nesterov out"
        )
      }
    }
  }

  public let parameters: [NamedParameter]
  private let configuration: Configuration
  /// One for each parameter; none without momentum.
  private let buffers: [Tensor]

  public init(_ configuration: Configuration, parameters: [NamedParameter]) {
    self.parameters = parameters
    self.configuration = configuration
    let hasMomentum = configuration.momentum > 0
    buffers = withoutGradients {
      hasMomentum ? parameters.map { ($0.parameter.wrappedValue * 0).detached() } : []
    }
  }

  public func step(learningRate: Double) {
    withoutGradients {
      for (index, parameter) in parameters.map(\.parameter.wrappedValue).enumerated() {
        guard let gradient = parameter.gradient else { continue }
        let decay = configuration.weightDecay
        let slope = decay > 0 ? gradient + parameter * decay : gradient
        parameter.add(direction(slope, at: index), scale: -learningRate)
      }
    }
  }

  /// The momentum buffers, as PyTorch names them.
  public var state: [NamedTensor] {
    zip(parameters, buffers).map { NamedTensor("\($0.name).momentum_buffer", $1) }
  }

  /// Where a parameter goes, after its buffer has taken in the slope.
  private func direction(_ slope: Tensor, at index: Int) -> Tensor {
    if buffers.isEmpty { return slope }
    let buffer = buffers[index]
    buffer.multiply(by: configuration.momentum)
    buffer.add(slope)
    return configuration.nesterov ? slope + buffer * configuration.momentum : buffer
  }
}
