import Torch
import TorchNN

/// A convolution and its normalisation.
final class Stage: Module {
  let convolution: Convolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    convolution = Convolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 3, padding: 1), using: generator)
    normalization = BatchNormalization(outputs)
  }
}

/// A module with everything that reflection has to find.
final class Network: Module {
  let stages: [Stage]
  let head: Linear?
  let absent: Linear?
  let output: TransposedConvolution
  let plain: TransposedConvolution
  let any: any Module
  let count = 3
  let names = ["a", "b"]
  @Parameter var scale: Tensor
  @Buffer var position: Tensor

  init(seed: UInt64 = 1) {
    let generator = Generator(seed: seed)
    stages = [Stage(1, 2, using: generator), Stage(2, 4, using: generator)]
    head = Linear(4, 3, using: generator)
    absent = nil
    let shape = ConvolutionShape(inputs: 2, outputs: 1, kernel: 2)
    output = TransposedConvolution(shape, hasBias: true, using: generator)
    plain = TransposedConvolution(shape, using: generator)
    any = MultilayerPerceptron([2, 3, 1], using: generator)
    scale = .ones([])
    position = .zeros([1], dtype: .int64)
  }

  /// The names that PyTorch gives to the same structure.
  static let names = [
    "stages.0.convolution.weight", "stages.0.normalization.weight", "stages.0.normalization.bias",
    "stages.0.normalization.running_mean", "stages.0.normalization.running_var",
    "stages.1.convolution.weight",
    "stages.1.normalization.weight", "stages.1.normalization.bias", "stages.1.normalization.running_mean",
    "stages.1.normalization.running_var", "head.weight", "head.bias", "output.weight", "output.bias",
    "plain.weight", "any.layers.0.weight", "any.layers.0.bias", "any.layers.1.weight", "any.layers.1.bias",
    "scale", "position",
  ]
}

extension Module {
  /// The state by name.
  var state: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: namedTensors().map { ($0.name, $0.tensor) })
  }
}
