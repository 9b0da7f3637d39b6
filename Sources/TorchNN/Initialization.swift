import Torch

/// Initial values of weights.
public enum Initialization {
  /// Uniform on ±1/√fanIn: PyTorch's default for linear and convolution layers (Kaiming uniform with a = √5).
  ///
  /// Drawn on the host, so that every device starts from the same values.
  public static func fanInUniform(_ shape: [Int], fanIn: Int, using generator: Generator) -> Tensor {
    let bound = 1 / Double(max(fanIn, 1)).squareRoot()
    return Tensor.uniform(shape, using: generator) * (2 * bound) - bound
  }
}
