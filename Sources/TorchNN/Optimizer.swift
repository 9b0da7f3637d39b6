import Torch

/// A parameter with the name that its state has in a checkpoint.
public typealias NamedParameter = (name: String, parameter: Parameter)

/// Moves parameters along their gradients. It holds the parameters, and what it remembers of each.
public protocol Optimizer {
  /// What is moved.
  var parameters: [NamedParameter] { get }
  /// Moves every parameter that has a gradient.
  func step(learningRate: Double)
  /// What is remembered, under names that begin with the parameter's, for a checkpoint. The tensors are there from the
  /// start and keep their shapes: a checkpoint is read by copying into them.
  var state: [NamedTensor] { get }
}

extension Optimizer {
  /// The gradients of the last ``Tensor/backward()``.
  public var gradients: [Tensor] { parameters.compactMap(\.parameter.wrappedValue.gradient) }

  /// Forgets the gradients.
  public func clearGradients() {
    for (_, parameter) in parameters { parameter.wrappedValue.clearGradient() }
  }
}

/// Scales gradients so that their total Euclidean norm is at most `limit`, without reading it back.
///
/// - Returns: The norm before clipping, rank 0 on the device.
@discardableResult
public func clip(_ gradients: [Tensor], toNorm limit: Double) -> Tensor {
  withoutGradients {
    let norm = Tensor.totalNorm(gradients)
    Tensor.multiply(gradients, by: (limit / (norm + 1e-6)).clamped(max: 1))
    return norm
  }
}
