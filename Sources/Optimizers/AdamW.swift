import MoCAProtocols

/// `Adam` with decoupled weight decay.
public final class AdamW: OptimizerPlugin {
  public typealias Configuration = AdamConfiguration

  public static let name = "adamw"
  public static let summary = "Adam whose weight decay does not pass through the moments (AdamW)"
  public static let reference = Citation(
    "Loshchilov and Hutter, Decoupled Weight Decay Regularization, ICLR 2019",
    url: "https://arxiv.org/abs/1711.05101")
  public static let about = """
    Adam, but that weight decay takes a share off each value and does not enter the gradient, so that values with \
    large gradients decay as the others do. Without weight decay it is adam to the bit.
    """
  public static let formula = """
    θ ← θ − learning rate · weight decay · θ, then adam's step without weight decay
    """

  private let adam: Adam

  public init(_ configuration: Configuration, parameters: [NamedParameter]) {
    adam = Adam(parameters, coefficients: configuration.coefficients(isDecoupled: true))
  }

  public var parameters: [NamedParameter] { adam.parameters }

  public var state: [NamedTensor] { adam.state }

  public func step(learningRate: Double) { adam.step(learningRate: learningRate) }
}
