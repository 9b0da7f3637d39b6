import Torch

/// A ``Convolution`` and a bias for each channel that goes out, for places where no normalisation follows.
public final class BiasedConvolution: Module {
  /// The convolution before the bias.
  public let convolution: Convolution
  /// `[outputs]`.
  @Parameter public var bias: Tensor

  /// Draws weight and bias uniformly on ±1/√(inputs · kernel²), as PyTorch does.
  public init(_ shape: ConvolutionShape, using generator: Generator) {
    convolution = Convolution(shape, using: generator)
    bias = Initialization.fanInUniform(
      [shape.outputs], fanIn: shape.inputs * shape.kernel * shape.kernel, using: generator)
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    convolution(input) + bias.reshaped(1, -1, 1, 1)
  }
}
