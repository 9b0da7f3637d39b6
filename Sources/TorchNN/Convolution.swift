import Torch

/// The geometry of a square two-dimensional convolution.
public struct ConvolutionShape: Sendable {
  public var inputs: Int
  public var outputs: Int
  /// Side of the kernel.
  public var kernel: Int
  public var stride: Int
  /// Zeros added on every side.
  public var padding: Int

  public init(inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}

/// Two-dimensional convolution, without bias: a normalisation follows.
/// `[batch, inputs, h, w] → [batch, outputs, (h + 2·padding − kernel) / stride + 1, …]`.
public final class Convolution: SpectrallyNormalizable {
  /// `[outputs, inputs, kernel, kernel]`, stored channels-last.
  @Parameter public var weight: Tensor
  /// What divides the weight before it is applied, where it is to have spectral norm one.
  public var spectral: SpectralNormalization?
  public var outputDimension: Int { 0 }
  private let shape: ConvolutionShape

  /// Draws the weight uniformly on ±1/√(inputs · kernel²).
  public init(_ shape: ConvolutionShape, using generator: Generator) {
    self.shape = shape
    let fanIn = shape.inputs * shape.kernel * shape.kernel
    weight = Initialization.fanInUniform(
      [shape.outputs, shape.inputs, shape.kernel, shape.kernel], fanIn: fanIn, using: generator
    ).channelsLast()
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.convolved(weight: effectiveWeight, bias: nil, stride: shape.stride, padding: shape.padding)
  }
}

/// Transposed convolution. `[batch, inputs, h, w] → [batch, outputs, (h − 1)·stride − 2·padding + kernel, …]`.
public final class TransposedConvolution: SpectrallyNormalizable {
  /// `[inputs, outputs, kernel, kernel]`, stored channels-last.
  @Parameter public var weight: Tensor
  /// `[outputs]`, where there is one.
  public let bias: Parameter?
  /// What divides the weight before it is applied, where it is to have spectral norm one.
  public var spectral: SpectralNormalization?
  public var outputDimension: Int { 1 }
  private let shape: ConvolutionShape

  /// Draws weight and bias uniformly on ±1/√(outputs · kernel²), as PyTorch counts the fan-in of this layer.
  public init(_ shape: ConvolutionShape, hasBias: Bool = false, using generator: Generator) {
    self.shape = shape
    let fanIn = shape.outputs * shape.kernel * shape.kernel
    weight = Initialization.fanInUniform(
      [shape.inputs, shape.outputs, shape.kernel, shape.kernel], fanIn: fanIn, using: generator
    ).channelsLast()
    bias =
      hasBias
      ? Parameter(
        wrappedValue: Initialization.fanInUniform([shape.outputs], fanIn: fanIn, using: generator)) : nil
  }

  public func callAsFunction(_ input: Tensor) -> Tensor {
    input.transposeConvolved(
      weight: effectiveWeight, bias: bias?.wrappedValue, stride: shape.stride, padding: shape.padding)
  }
}
