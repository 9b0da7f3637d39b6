import CTorch

/// Runs `body` without recording operations for differentiation.
///
/// The mode belongs to the thread, so the closure is synchronous.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  let previous = ct_grad_mode()
  ct_set_grad_mode(false)
  defer { ct_set_grad_mode(previous) }
  return try body()
}

/// Runs `body` with matrix products and convolutions in `dtype`; other operations keep their precision.
///
/// With `float32` it only runs `body`.
public func withAutocast<Result>(
  to dtype: DType, on device: Device, _ body: () throws -> Result
) rethrows -> Result {
  if dtype == .float32 { return try body() }
  trapping("withAutocast", []) { ct_set_autocast(device.code, true, dtype.code) }
  defer { trapping("withAutocast", []) { ct_set_autocast(device.code, false, dtype.code) } }
  return try body()
}

extension Tensor {
  /// Adds the derivatives of this scalar to the gradients of the leaves that it depends on.
  public func backward() {
    trapping("backward", [self]) { ct_backward(raw) }
  }

  /// The gradient that ``backward()`` left, or `nil`.
  public var gradient: Tensor? {
    var result: ct_tensor?
    trapping("gradient", [self]) { ct_gradient(&result, raw) }
    return result.map(Tensor.init(owning:))
  }

  /// Forgets the gradient.
  public func clearGradient() {
    trapping("clearGradient", [self]) { ct_clear_gradient(raw) }
  }

  /// Whether derivatives with respect to this tensor are recorded.
  public var requiresGradient: Bool { ct_requires_grad(raw) }

  /// Marks a leaf for differentiation, or takes the mark away.
  public func setRequiresGradient(_ requiresGradient: Bool) {
    trapping("setRequiresGradient", [self]) { ct_set_requires_grad(raw, requiresGradient) }
  }

  /// The same values outside the graph.
  public func detached() -> Tensor { tensor("detached", [self]) { ct_detach($0, raw) } }

  /// The derivatives of this scalar with respect to `inputs`, zero where it does not depend on one.
  public func gradients(
    withRespectTo inputs: [Tensor], retainsGraph: Bool = false, createsGraph: Bool = false
  ) -> [Tensor] {
    var outputs = [ct_tensor?](repeating: nil, count: inputs.count)
    withHandles(inputs) { handles, count in
      trapping("gradients", inputs) { ct_grad(&outputs, raw, handles, count, retainsGraph, createsGraph) }
    }
    return outputs.compactMap { $0.map(Tensor.init(owning:)) }
  }

  /// The same value with the gradient multiplied by `factor` on its way back.
  public func scalingGradient(by factor: Double) -> Tensor {
    if factor == 1 { return self }
    // In this form the difference is exactly zero, and the value exactly the same.
    let value = detached()
    return value + (self - value) * factor
  }
}
