import MoCAProtocols

/// The settings of `adam` and `adamw`.
public struct AdamConfiguration: OptimizerConfiguration {
  @Setting("step size before the schedule", .above(0), source: "the paper")
  public var learningRate = 0.001
  @Setting("decay of the first moment", .within(0, below: 1), source: "the paper")
  public var beta1 = 0.9
  @Setting("decay of the second moment", .within(0, below: 1), source: "the paper")
  public var beta2 = 0.999
  @Setting("added to the root of the second moment", .above(0), source: "the paper")
  public var epsilon = 1e-8
  @Setting("weight decay", .atLeast(0), source: "ours: none unless it is asked for")
  public var weightDecay = 0.0
  @Setting(.gradientClip, .above(0), source: "ours: none unless it is asked for")
  public var gradientClip: Double?

  public init() {}

  func coefficients(isDecoupled: Bool) -> Adam.Coefficients {
    .init(
      beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay, isDecoupled: isDecoupled)
  }
}

extension String {
  /// The help of a setting that every optimizer has.
  static let gradientClip = "largest total norm of the gradients; null for no clipping"
}
