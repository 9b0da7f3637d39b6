import Torch

/// Layer normalisation over the last dimension (Ba, Kiros and Hinton 2016); PyTorch's ε of 1e-5.
/// `[…, features] → […, features]`.
public final class LayerNormalization: Module {
  /// Scale, `[features]`.
  @Parameter public var weight: Tensor
  /// Shift, `[features]`.
  @Parameter public var bias: Tensor

  /// Starts with scale one and shift zero.
  public init(_ featureCount: Int) {
    weight = .ones([featureCount])
    bias = .zeros([featureCount])
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.layerNormalized(weight: weight, bias: bias, epsilon: 1e-5)
  }
}
