import Mathematics
import TorchNN

/// The kernel of the Cramér-Wold distance, which averaging over directions gives: φ_d(s) = E exp(−s u²) =
/// ₁F₁(½; d/2; −s), where u is one coordinate of a uniform point of the unit sphere in d dimensions. The regularizer and
/// the measure of that name share it.
///
/// Below 20 dimensions it is read from a table over w = (1 + 2s/d)^−½, which maps all s ≥ 0 on (0, 1]: 4097 rows and
/// linear interpolation, right to 1e-6. From 20 dimensions on it is the asymptotic form (1 + 4s/(2d − 3))^−½ of
/// Tabor et al., off by at most 1 %.
package final class CramerWoldKernel: Module {
  /// φ_d and its derivative at some arguments.
  package struct Values {
    /// φ_d(s).
    package let value: Tensor
    /// φ_d′(s) = −₁F₁(3/2; d/2 + 1; −s) / d.
    package let slope: Tensor
  }

  private static let cells = 4096

  /// `[rows, 4]`: value, its step to the next row, slope, its step; no rows where the form is asymptotic.
  @Buffer private var table: Tensor
  private let dimension: Int

  /// The kernel of points with that many coordinates, at least one.
  package init(dimension: Int) {
    self.dimension = dimension
    let rows = dimension < 20 ? Self.rows(dimension) : []
    table = Tensor(rows, shape: [rows.count / 4, 4])
  }

  /// φ_d at one argument of at least zero; below 20 dimensions without a table.
  package func value(at argument: Double) -> Double {
    if dimension >= 20 { return 1 / (1 + spread * argument).squareRoot() }
    return Confluent.decaying(argument, top: 0.5, bottom: Double(dimension) / 2)
  }

  /// φ_d at each element, all of which are at least zero.
  package func value(at arguments: Tensor) -> Tensor {
    if dimension >= 20 { return (arguments * spread + 1).reciprocalSquareRoot() }
    return Lookup(arguments, in: table, dimension: dimension)[0]
  }

  /// Value and slope at each element, all of which are at least zero.
  package func values(at arguments: Tensor) -> Values {
    if dimension >= 20 {
      let value = value(at: arguments)
      return Values(value: value, slope: value.power(3) * (-spread / 2))
    }
    let lookup = Lookup(arguments, in: table, dimension: dimension)
    return Values(value: lookup[0], slope: lookup[2])
  }

  private var spread: Double { 4 / Double(2 * dimension - 3) }

  /// The table's rows around each argument.
  private struct Lookup {
    private let entries: Tensor
    private let rest: Tensor
    private let shape: [Int]

    init(_ arguments: Tensor, in table: Tensor, dimension: Int) {
      let position = (arguments * (2 / Double(dimension)) + 1).reciprocalSquareRoot() * Double(cells)
      let row = position.floor()
      // A code that is not a number must give such a value, not a row outside of the table.
      let index = row.to(dtype: .int64).clamped(min: 0).clamped(max: Double(cells)).to(dtype: .int64)
      entries = table.gathered(along: 0, at: index.reshaped(-1))
      rest = (position - row).reshaped(-1)
      shape = arguments.shape
    }

    /// What stands in a column, with the share of the step in the next.
    subscript(column: Int) -> Tensor {
      let (start, step) = (entries.selected(along: 1, at: column), entries.selected(along: 1, at: column + 1))
      return (start + step * rest).reshaped(to: shape)
    }
  }

  private static func rows(_ dimension: Int) -> [Float] {
    let half = Double(dimension) / 2
    let knots = (0...cells).map { index -> (value: Double, slope: Double) in
      if index == 0 { return (0, 0) }
      let position = Double(index) / Double(cells)
      let argument = (1 / (position * position) - 1) * half
      return (
        Confluent.decaying(argument, top: 0.5, bottom: half),
        -Confluent.decaying(argument, top: 1.5, bottom: half + 1) / Double(dimension)
      )
    }
    return knots.indices.flatMap { index -> [Float] in
      let (here, next) = (knots[index], knots[min(index + 1, cells)])
      return [here.value, next.value - here.value, here.slope, next.slope - here.slope].map(Float.init)
    }
  }
}
