import CTorch

/// Changes in place. They are for parameters, buffers and optimizer state, inside ``withoutGradients(_:)``.
extension Tensor {
  /// Takes over the values of `source`, whose shape broadcasts to this one.
  public func assign(_ source: Tensor) {
    trapping("assign", [self, source]) { ct_copy_in_place(raw, source.raw) }
  }

  /// Adds `other` × `scale`.
  public func add(_ other: Tensor, scale: Double = 1) {
    trapping("add", [self, other]) { ct_add_in_place(raw, other.raw, scale) }
  }

  /// Adds a number to every element.
  public func add(_ value: Double) {
    trapping("add", [self]) { ct_add_scalar_in_place(raw, value) }
  }

  /// Multiplies every element.
  public func multiply(by value: Double) {
    trapping("multiply", [self]) { ct_mul_scalar_in_place(raw, value) }
  }

  /// Leaves the remainder after division.
  public func reduce(modulo divisor: Double) {
    trapping("reduce", [self]) { ct_remainder_in_place(raw, divisor) }
  }

  /// Replaces the rows at `indices` (`int64`) by those of `source`.
  public func replaceRows(at indices: Tensor, with source: Tensor) {
    trapping("replaceRows", [self, indices, source]) {
      ct_index_copy_in_place(raw, 0, indices.raw, source.raw)
    }
  }

  /// Moves each tensor towards its target: t ← t + weight × (target − t).
  public static func interpolate(_ tensors: [Tensor], towards targets: [Tensor], weight: Double) {
    if tensors.isEmpty { return }
    withHandles(tensors) { first, count in
      withHandles(targets) { second, _ in
        trapping("interpolate", tensors) { ct_foreach_lerp_in_place(first, second, count, weight) }
      }
    }
  }

  /// Multiplies every tensor by one factor of rank 0 that stays on the device.
  public static func multiply(_ tensors: [Tensor], by factor: Tensor) {
    withHandles(tensors) { handles, count in
      trapping("multiply", [factor]) { ct_foreach_mul_in_place(handles, count, factor.raw) }
    }
  }

  /// The Euclidean norm of all tensors as one vector; rank 0.
  public static func totalNorm(_ tensors: [Tensor]) -> Tensor {
    withHandles(tensors) { handles, count in
      tensor("totalNorm", tensors) { ct_foreach_norm($0, handles, count) }
    }
  }
}

/// The state of one fused Adam step; the tensors of a list belong together by position.
public struct AdamStep {
  /// The parameters, changed in place.
  public var parameters: [Tensor]
  /// Their gradients.
  public var gradients: [Tensor]
  /// Running means of the gradients, changed in place.
  public var firstMoments: [Tensor]
  /// Running means of the squared gradients, changed in place.
  public var secondMoments: [Tensor]
  /// Step counts, rank 0 `float32`, changed in place.
  public var steps: [Tensor]

  /// Groups the tensors.
  public init(
    parameters: [Tensor], gradients: [Tensor], firstMoments: [Tensor], secondMoments: [Tensor],
    steps: [Tensor]
  ) {
    self.parameters = parameters
    self.gradients = gradients
    self.firstMoments = firstMoments
    self.secondMoments = secondMoments
    self.steps = steps
  }

  /// What stays the same from step to step.
  public struct Coefficients: Sendable {
    /// Decay of the first moment.
    public var beta1: Double
    /// Decay of the second moment.
    public var beta2: Double
    /// Added to the root of the second moment.
    public var epsilon: Double
    /// Decay of the weights.
    public var weightDecay: Double
    /// Whether the decay acts on the parameter (AdamW) and not on the gradient.
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

  /// Moves the parameters with libtorch's fused kernel.
  public func apply(_ coefficients: Coefficients, learningRate: Double) {
    if parameters.isEmpty { return }
    withHandles(parameters) { values, count in
      withHandles(gradients) { slopes, _ in
        withHandles(firstMoments) { firsts, _ in
          withHandles(secondMoments) { seconds, _ in
            withHandles(steps) { steps, _ in
              trapping("AdamStep.apply", parameters) {
                ct_fused_adam_in_place(
                  values, slopes, firsts, seconds, steps, count, learningRate,
                  coefficients.beta1, coefficients.beta2, coefficients.epsilon, coefficients.weightDecay,
                  coefficients.isDecoupled)
              }
            }
          }
        }
      }
    }
  }
}
