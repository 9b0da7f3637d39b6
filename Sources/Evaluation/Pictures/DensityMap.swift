import Foundation
import MoCAProtocols

/// A density on the plane or on the sphere, as a grid of values from the upper left, row by row.
public struct DensityMap: Sendable, Equatable {
  /// Values in a row.
  public let columns: Int
  /// Rows.
  public let rows: Int
  /// The values; `nil` outside of what the map shows.
  public let values: [Double?]

  /// The mean of normal densities of standard deviation `bandwidth` around points, `[count, 2]`, in the square of that
  /// half-width around the origin.
  public init(of points: Tensor, bandwidth: Double, halfWidth: Double, cells: Int) {
    let positions = DensityCurve(over: -halfWidth...halfWidth, count: cells) { _ in 0 }.positions
    let grid = Tensor(positions, shape: [cells, 1])
    let kernels = { (axis: Int) in
      let values = points.selected(along: 1, at: axis).to(dtype: .float64).reshaped(1, -1)
      return (((grid - values) / bandwidth).squared() * -0.5).exp()  // [cells, count]
    }
    let area = 2 * Double.pi * bandwidth * bandwidth * Double(points.shape[0])
    let density = kernels(1).matmul(kernels(0).transposed()).flipped(along: 0) / area
    (columns, rows) = (cells, cells)
    values = density.doubles
  }

  /// The density of directions in Mollweide's projection, where 1 is the uniform distribution's: the mean of
  /// von Mises-Fisher densities of that concentration around unit vectors, `[count, 3]`. The third coordinate
  /// points up, the first to the reader.
  public init(ofDirections directions: Tensor, concentration: Double, rows: Int) {
    let columns = 2 * rows
    let places = (0..<rows * columns).map { index in
      Mollweide.point(
        x: (Double(index % columns) + 0.5) / Double(rows) - 1,
        y: 1 - (Double(index / columns) + 0.5) / Double(rows) * 2)
    }
    let points = places.compactMap { $0 }.flatMap { longitude, latitude in
      [cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude)].map(Float.init)
    }
    let cosines = Tensor(points, shape: [points.count / 3, 3])
      .matmul(directions.to(dtype: .float32).transposed())
    let height = 2 * concentration / -expm1(-2 * concentration)
    let density = ((cosines - 1) * concentration).exp().mean(along: 1) * height
    var inside = density.to(dtype: .float64).doubles.makeIterator()
    self.rows = rows
    self.columns = columns
    values = places.map { $0 == nil ? nil : inside.next() }
  }

  /// The largest value.
  public var maximum: Double { values.lazy.compactMap { $0 }.max() ?? 0 }
}
