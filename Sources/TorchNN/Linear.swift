import Torch

/// y = x Wᵀ + b. `[…, inputs] → […, outputs]`.
public final class Linear: SpectrallyNormalizable {
  /// `[outputs, inputs]`.
  @Parameter public var weight: Tensor
  /// `[outputs]`.
  @Parameter public var bias: Tensor
  /// What divides the weight before it is applied, where it is to have spectral norm one.
  public var spectral: SpectralNormalization?
  public var outputDimension: Int { 0 }

  /// Draws weight and bias uniformly on ±1/√inputs.
  public init(_ inputCount: Int, _ outputCount: Int, using generator: Generator) {
    weight = Initialization.fanInUniform([outputCount, inputCount], fanIn: inputCount, using: generator)
    bias = Initialization.fanInUniform([outputCount], fanIn: inputCount, using: generator)
  }

  public func callAsFunction(_ input: Tensor) -> Tensor { input.linear(weight: effectiveWeight, bias: bias) }
}
