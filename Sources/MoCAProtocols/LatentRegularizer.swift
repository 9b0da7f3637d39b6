/// Pulls the codes of images towards the prior.
///
/// A regularizer is a module: critics, queues and running statistics are its parameters and buffers, so they
/// move between devices and reach the checkpoint without extra code.
public protocol LatentRegularizer: Module {
  /// A scalar that is smallest when the codes in `context` are distributed like its prior.
  ///
  /// The unit is the method's own; the run multiplies it by the weight and adds it to the reconstruction error,
  /// which is the sum of squared errors of an image in [0, 1], averaged over the batch. Nothing is read back to
  /// the host.
  func penalty(in context: RegularizationContext) -> Penalty
  /// What the person who starts the run should know, such as settings that leave the method without gradient.
  var warnings: [String] { get }
}

extension LatentRegularizer {
  public var warnings: [String] { [] }
}

/// A regularizer with a critic of its own, trained against the encoder. The run holds the critic's optimizer and takes
/// its steps.
public protocol AdversarialRegularizer: LatentRegularizer {
  /// The critic's step size before the schedule.
  var criticLearningRate: Double { get }
  /// Makes the critic's optimizer. The parameters are the regularizer's own, under their names in a checkpoint.
  func makeCriticOptimizer(for parameters: [NamedParameter]) -> any Optimizer
  /// The loss that the critic descends, from codes without gradients; called after the encoder's step.
  func criticLoss(in context: RegularizationContext) -> Tensor
}

/// What a regularizer returns.
public struct Penalty {
  /// Rank 0, differentiable.
  public let value: Tensor
  /// What is worth logging, as rank-0 tensors under their names.
  public let diagnostics: [NamedTensor]

  /// Collects the values; diagnostics are detached.
  public init(_ value: Tensor, diagnostics: [NamedTensor] = []) {
    self.value = value
    self.diagnostics = diagnostics.map { NamedTensor($0.name, $0.tensor.detached()) }
  }
}
