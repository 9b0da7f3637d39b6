import MoCAProtocols

/// Weight decay is added to the gradient, as an L2 penalty is.
extension Adam: OptimizerPlugin {
  public typealias Configuration = AdamConfiguration

  public static let name = "adam"
  public static let summary = "steps scaled by running moments of the gradient (Adam)"
  public static let reference = Citation(
    "Kingma and Ba, Adam: A Method for Stochastic Optimization, ICLR 2015",
    url: "https://arxiv.org/abs/1412.6980")
  public static let about = """
    Each value moves by about the step size, whatever the size of its gradient: the running mean of the gradient is \
    divided by the root of the running mean of its square. It needs little tuning and keeps two numbers for each \
    value. Weight decay is added to the gradient and so divided as well; adamw takes it off the value instead.
    """
  public static let formula = """
    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², g with weight decay added
    θ ← θ − learning rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
    """

  public convenience init(_ configuration: Configuration, parameters: [NamedParameter]) {
    self.init(parameters, coefficients: configuration.coefficients(isDecoupled: false))
  }
}
