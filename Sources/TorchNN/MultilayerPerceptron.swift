import Torch

/// Linear layers with ReLU between them and none after the last.
public final class MultilayerPerceptron: Module {
  /// The layers in order.
  public let layers: [Linear]

  /// Builds a layer between each two neighbours of `sizes`.
  public init(_ sizes: [Int], using generator: Generator) {
    layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1, using: generator) }
  }

  /// `[batch, sizes.first] → [batch, sizes.last]`.
  public func callAsFunction(_ input: Tensor) -> Tensor {
    layers.enumerated().reduce(input) { value, layer in
      let output = layer.element(value)
      return layer.offset == layers.count - 1 ? output : output.relu()
    }
  }
}
