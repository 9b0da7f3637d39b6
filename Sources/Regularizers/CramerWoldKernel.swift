import Foundation
import MoCAProtocols

/// The kernel that averaging over directions gives: φ_d(s) = E exp(−s u²) = ₁F₁(½; d/2; −s), where u is one coordinate
/// of a uniform point of the unit sphere in d dimensions.
///
/// Below 20 dimensions it is read from a table over w = (1 + 2s/d)^−½, which maps all s ≥ 0 on (0, 1]: 4097 rows and
/// linear interpolation, right to 1e-6. From 20 dimensions on it is the asymptotic form (1 + 4s/(2d − 3))^−½ of
/// Tabor et al., off by at most 1 %.
public final class CramerWoldKernel: Module {
  /// φ_d and its derivative at some arguments.
  public struct Values {
    public let value: Tensor
    /// φ_d′(s) = −₁F₁(3/2; d/2 + 1; −s) / d.
    public let slope: Tensor
  }

  private static let cells = 4096

  /// `[rows, 4]`: value, its step to the next row, slope, its step; no rows where the form is asymptotic.
  @Buffer private var table: Tensor
  private let dimension: Int

  /// The kernel of points with that many coordinates, at least one.
  public init(dimension: Int) {
    self.dimension = dimension
    let rows = dimension < 20 ? Self.rows(dimension) : []
    table = Tensor(rows, shape: [rows.count / 4, 4])
  }

  /// Value and slope at each element, all of which are at least zero.
  public func values(at arguments: Tensor) -> Values {
    if dimension >= 20 {
      let spread = 4 / Double(2 * dimension - 3)
      let value = (arguments * spread + 1).reciprocalSquareRoot()
      return Values(value: value, slope: value.power(3) * (-spread / 2))
    }
    let position =
      (arguments * (2 / Double(dimension)) + 1).reciprocalSquareRoot() * Double(Self.cells)
    let row = position.floor()
    // A code that is not a number must give such a value, not a row outside of the table.
    let index = row.to(dtype: .int64).clamped(min: 0).clamped(max: Double(Self.cells)).to(dtype: .int64)
    let entries = table.gathered(along: 0, at: index.reshaped(-1))
    let rest = (position - row).reshaped(-1)
    func column(_ index: Int) -> Tensor {
      let (start, step) = (entries.selected(along: 1, at: index), entries.selected(along: 1, at: index + 1))
      return (start + step * rest).reshaped(to: arguments.shape)
    }
    return Values(value: column(0), slope: column(2))
  }

  private static func rows(_ dimension: Int) -> [Float] {
    let half = Double(dimension) / 2
    let knots = (0...cells).map { index -> (value: Double, slope: Double) in
      if index == 0 { return (0, 0) }
      let position = Double(index) / Double(cells)
      let argument = (1 / (position * position) - 1) * half
      return (
        confluent(argument, top: 0.5, bottom: half),
        -confluent(argument, top: 1.5, bottom: half + 1) / Double(dimension)
      )
    }
    return knots.indices.flatMap { index -> [Float] in
      let (here, next) = (knots[index], knots[min(index + 1, cells)])
      return [here.value, next.value - here.value, here.slope, next.slope - here.slope].map(Float.init)
    }
  }

  /// ₁F₁(top; bottom; −argument): by Kummer's transformation, a sum of positive terms, for small arguments; else by
  /// the expansion in 1/argument.
  private static func confluent(_ argument: Double, top: Double, bottom: Double) -> Double {
    var (term, sum, step) = (1.0, 1.0, 0.0)
    if argument < 60 {
      while term > 1e-17 * sum {
        term *= (bottom - top + step) / (bottom + step) * argument / (step + 1)
        sum += term
        step += 1
      }
      return sum * exp(-argument)
    }
    while step < 20 {
      term *= (top + step) * (top - bottom + 1 + step) / ((step + 1) * argument)
      sum += term
      step += 1
    }
    return sum * tgamma(bottom) / tgamma(bottom - top) * pow(argument, -top)
  }
}
