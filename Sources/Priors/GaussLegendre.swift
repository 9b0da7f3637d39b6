import Foundation

/// Nodes and weights of Gauss-Legendre quadrature on (0, 1): Newton's method on the Legendre polynomial.
struct GaussLegendre {
  /// Ascending.
  private(set) var nodes: [Double] = []
  /// Their sum is one.
  private(set) var weights: [Double] = []

  init(_ count: Int) {
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

  /// The Legendre polynomial of that degree and its derivative, by the three-term recurrence.
  private static func legendre(_ degree: Int, at x: Double) -> (value: Double, derivative: Double) {
    var (previous, value) = (1.0, x)
    for order in stride(from: 2.0, through: Double(degree), by: 1) {
      (previous, value) = (value, ((2 * order - 1) * x * value - (order - 1) * previous) / order)
    }
    return (value, Double(degree) * (x * value - previous) / (x * x - 1))
  }
}
