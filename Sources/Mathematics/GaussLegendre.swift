import Foundation

/// Nodes and weights of Gauss-Legendre quadrature on (0, 1): Newton's method on the Legendre polynomial.
public struct GaussLegendre: Sendable {
  /// Ascending.
  public private(set) var nodes: [Double] = []
  /// Their sum is one.
  public private(set) var weights: [Double] = []

  /// The rule of that many nodes, at least one: exact for polynomials up to the degree 2 · `count` − 1.
  public init(_ count: Int) {
    for index in 1...count {
      var node = cos(Double.pi * (Double(index) - 0.25) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<8 {
        let (value, derivative) = Self.legendre(count, at: node)
        slope = derivative
        node -= value / slope
      }
      nodes.append((1 - node) / 2)
      weights.append(1 / ((1 - node * node) * slope * slope))
    }
  }

  /// ∫ f over `start` … `end`.
  public func integral(from start: Double, to end: Double, of function: (Double) -> Double) -> Double {
    let length = end - start
    return length * nodes.indices.reduce(0.0) { $0 + weights[$1] * function(start + length * nodes[$1]) }
  }

  /// The Legendre polynomial of that degree and its derivative, by the three-term recurrence.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
    var (previous, value) = (1.0, x)
    for order in stride(from: 2.0, through: Double(degree), by: 1) {
      (previous, value) = (value, ((2 * order - 1) * x * value - (order - 1) * previous) / order)
    }
    return (value, Double(degree) * (x * value - previous) / (x * x - 1))
  }
}
