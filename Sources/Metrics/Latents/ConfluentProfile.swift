import Foundation
import MoCAProtocols

/// φ(s) = E exp(−s u²) = ₁F₁(½; d/2; −s) over a coordinate u of a uniform point: below 20 dimensions from a table over
/// w = (1 + 2s/d)^−½, right to 1e-6; else (1 + 4s/(2d − 3))^−½ (Tabor et al.), off by at most 1 %.
struct ConfluentProfile {
  private static let cells = 4_096
  private let dimension: Int
  private let table: Tensor

  init(dimension: Int) {
    self.dimension = dimension
    let knots = (0...Self.cells).map { index -> Float in
      let place = Double(index) / Double(Self.cells)
      if dimension >= 20 || index == 0 { return 0 }
      return Float(Self.series((1 / (place * place) - 1) * Double(dimension) / 2, Double(dimension) / 2))
    }
    table = Tensor(knots)
  }

  /// At one argument.
  func value(at argument: Double) -> Double {
    if dimension >= 20 { return 1 / (1 + 4 * max(0, argument) / Double(2 * dimension - 3)).squareRoot() }
    return Self.series(max(0, argument), Double(dimension) / 2)
  }

  /// At each element.
  func values(at arguments: Tensor) -> Tensor {
    if dimension >= 20 { return (arguments * (4 / Double(2 * dimension - 3)) + 1).reciprocalSquareRoot() }
    let place = (arguments * (2 / Double(dimension)) + 1).reciprocalSquareRoot() * Double(Self.cells)
    let row = place.floor().clamped(max: Double(Self.cells - 1))
    let index = row.to(dtype: .int64).reshaped(-1)
    let knots = table.to(on: arguments.device)
    let start = knots.gathered(along: 0, at: index).reshaped(to: arguments.shape)
    let end = knots.gathered(along: 0, at: (row + 1).to(dtype: .int64).reshaped(-1)).reshaped(
      to: arguments.shape)
    return start + (end - start) * (place - row)
  }

  /// By Kummer's transformation, a sum of positive terms; for large arguments by the expansion in their reciprocals.
  private static func series(_ argument: Double, _ bottom: Double) -> Double {
    var (term, sum, step) = (1.0, 1.0, 0.0)
    if argument < 100 {
      while term > 1e-17 * sum {
        term *= (bottom - 0.5 + step) / (bottom + step) * argument / (step + 1)
        sum += term
        step += 1
      }
      return sum * exp(-argument)
    }
    while step < 20 {
      term *= (0.5 + step) * (1.5 - bottom + step) / ((step + 1) * argument)
      sum += term
      step += 1
    }
    return sum * tgamma(bottom) / tgamma(bottom - 0.5) / argument.squareRoot()
  }
}
