import Foundation
import MoCAProtocols

/// A density on the line, as points of a curve.
public struct DensityCurve: Sendable, Equatable {
  /// Where, ascending and equally spaced.
  public let positions: [Double]
  /// The density there.
  public let densities: [Double]

  /// A function's values at the middles of `count` equal parts of `range`.
  public init(over range: ClosedRange<Double>, count: Int, density: (Double) -> Double) {
    positions = Self.middles(of: range, count: count)
    densities = positions.map(density)
  }

  /// A histogram of values in `count` equal parts of `range`. Values outside of it belong to the total, and to no part.
  public init(histogramOf values: [Float], over range: ClosedRange<Double>, count: Int) {
    let width = (range.upperBound - range.lowerBound) / Double(count)
    var counts = [Int](repeating: 0, count: count)
    for value in values {
      let place = (Double(value) - range.lowerBound) / width
      if place >= 0, place <= Double(count) { counts[min(Int(place), count - 1)] += 1 }
    }
    positions = Self.middles(of: range, count: count)
    densities = counts.map { Double($0) / (Double(max(values.count, 1)) * width) }
  }

  /// The mean of normal densities of standard deviation `bandwidth` around `values`.
  public init(kernelsAt values: Tensor, bandwidth: Double, over range: ClosedRange<Double>, count: Int) {
    positions = Self.middles(of: range, count: count)
    let grid = Tensor(positions, shape: [count, 1])
    let distances = (grid - values.to(dtype: .float64).reshaped(1, -1)) / bandwidth
    let kernels = (distances.squared() * -0.5).exp().mean(along: 1)
    densities = (kernels / (bandwidth * (2 * Double.pi).squareRoot())).doubles
  }

  private static func middles(of range: ClosedRange<Double>, count: Int) -> [Double] {
    let width = (range.upperBound - range.lowerBound) / Double(count)
    return (0..<count).map { range.lowerBound + (Double($0) + 0.5) * width }
  }
}
