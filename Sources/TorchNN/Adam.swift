import Torch

/// Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980) and AdamW (Loshchilov and Hutter, ICLR 2019), with libtorch's
/// fused kernel: one pass over all parameters.
public final class Adam {
  /// The coefficients that stay the same from step to step.
  public struct Coefficients: Sendable {
    /// Decay of the first moment.
    public var beta1: Double
    /// Decay of the second moment.
    public var beta2: Double
    /// Added to the root of the second moment.
    public var epsilon: Double
    /// Decay of the weights.
    public var weightDecay: Double
    /// Whether the decay is AdamW's.
    public var isDecoupled: Bool

    /// The paper's defaults.
    public init(
      beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
      isDecoupled: Bool = false
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
      self.isDecoupled = isDecoupled
    }
  }

  private struct Slot {
    let name: String
    let parameter: Parameter
    let first: Tensor
    let second: Tensor
    let step: Tensor
  }

  private let slots: [Slot]
  private let coefficients: Coefficients

  /// Takes the parameters with their names, which become the names of the moments in a checkpoint.
  public init(
    _ parameters: [(name: String, parameter: Parameter)], coefficients: Coefficients = Coefficients()
  ) {
    self.coefficients = coefficients
    slots = withoutGradients {
      parameters.map { name, parameter in
        let value = parameter.wrappedValue
        return Slot(
          name: name, parameter: parameter, first: (value * 0).detached(), second: (value * 0).detached(),
          step: .scalar(0, on: value.device))
      }
    }
  }

  /// The gradients of the last ``Tensor/backward()``.
  public var gradients: [Tensor] { slots.compactMap(\.parameter.wrappedValue.gradient) }

  public func clearGradients() {
    for slot in slots { slot.parameter.wrappedValue.clearGradient() }
  }

  /// Moves every parameter that has a gradient.
  public func step(learningRate: Double) {
    let active = slots.compactMap { slot in slot.parameter.wrappedValue.gradient.map { (slot, $0) } }
    let step = AdamStep(
      parameters: active.map { $0.0.parameter.wrappedValue }, gradients: active.map(\.1),
      firstMoments: active.map(\.0.first), secondMoments: active.map(\.0.second), steps: active.map(\.0.step))
    withoutGradients {
      step.apply(
        .init(
          learningRate: learningRate, beta1: coefficients.beta1, beta2: coefficients.beta2,
          epsilon: coefficients.epsilon, weightDecay: coefficients.weightDecay,
          isDecoupled: coefficients.isDecoupled))
    }
  }

  /// The moments and counts under the parameters' names, for a checkpoint.
  public var state: [NamedTensor] {
    slots.flatMap { slot in
      [
        NamedTensor("\(slot.name).exp_avg", slot.first), NamedTensor("\(slot.name).exp_avg_sq", slot.second),
        NamedTensor("\(slot.name).step", slot.step),
      ]
    }
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
