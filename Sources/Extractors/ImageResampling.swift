import Foundation
import MoCAProtocols

/// Antialiased resizing as Pillow does it, the resizing that FIDs of "clean" protocols are defined by.
///
/// Each pass is a matrix product with the filter's weights, first along the rows, then along the columns. The filter
/// is widened by max(1, input/output), centred on (i + ½)·input/output, and its weights are divided by their sum.
/// On floats (Pillow's mode `F`) sums are taken in `float64` and rounded to `float32` between the passes and after.
/// On bytes the weights are rounded to 22 fractional bits, and the values to 0…255 between the passes and after.
///
/// Rows come first, as in Pillow up to 12; Pillow 13 takes columns first where an image is made much lower.
/// Floats do not feel the order to eight bits; bytes of such shapes can differ by a few levels.
///
/// A pass costs outputs × inputs products for each line, which is little for images of a few hundred pixels.
public struct ImageResampling: Sendable {
  /// What values are rounded to.
  public enum Values: String, Sendable {
    /// Pillow's modes `L` and `RGB`: whole numbers from 0 to 255.
    case bytes
    /// Pillow's mode `F`, one channel after the other; results may leave the range of the input.
    case floats
  }

  /// The filter: the triangle, or the cubic convolution of Keys 1981 with a = −½.
  public let filter: ResizeFilter
  /// What values are rounded to.
  public let values: Values

  /// Chooses a filter and a rounding.
  public init(_ filter: ResizeFilter = .bicubic, on values: Values = .floats) {
    self.filter = filter
    self.values = values
  }

  /// `[batch, channels, h, w]` of any type → `[batch, channels, height, width]` in `float32`.
  public func callAsFunction(_ images: Tensor, height: Int, width: Int) -> Tensor {
    let (rows, columns) = (images.shape[3], images.shape[2])
    let across = matrix(from: rows, to: width, on: images.device)
    let down = matrix(from: columns, to: height, on: images.device)
    let wide = rounded(images.to(dtype: .float64).matmul(across.transposed()))  // [batch, channels, h, width]
    return rounded(down.matmul(wide)).to(dtype: .float32)
  }

  /// What Pillow keeps of a pass, in `float64`.
  private func rounded(_ sums: Tensor) -> Tensor {
    switch values {
    case .bytes: (sums + 0.5).floor().clamped(min: 0).clamped(max: 255)
    case .floats: sums.to(dtype: .float32).to(dtype: .float64)
    }
  }

  private func matrix(from inputs: Int, to outputs: Int, on device: Device) -> Tensor {
    var elements = [Double](repeating: 0, count: outputs * inputs)
    for output in 0..<outputs {
      let (first, weights) = weights(of: output, inputs: inputs, outputs: outputs)
      for (index, weight) in weights.enumerated() { elements[output * inputs + first + index] = weight }
    }
    return Tensor(elements, shape: [outputs, inputs]).to(on: device)
  }

  /// The weights of the inputs from `first` on in one output.
  private func weights(of output: Int, inputs: Int, outputs: Int) -> (first: Int, weights: [Double]) {
    let scale = Double(inputs) / Double(outputs)
    let widening = max(scale, 1)
    let support = (filter == .bicubic ? 2 : 1) * widening
    let centre = (Double(output) + 0.5) * scale
    let first = max(0, Int(centre - support + 0.5))
    let last = min(inputs, Int(centre + support + 0.5))
    let raw = (first..<last).map { value(at: (Double($0) - centre + 0.5) * (1 / widening)) }
    let sum = raw.reduce(0, +)
    let weights = raw.map { $0 / sum }
    if values == .floats { return (first, weights) }
    let unit = Double(1 << 22)
    return (first, weights.map { ($0 * unit).rounded(.toNearestOrAwayFromZero) / unit })
  }

  private func value(at position: Double) -> Double {
    let x = abs(position)
    if filter == .bilinear { return max(0, 1 - x) }
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}
