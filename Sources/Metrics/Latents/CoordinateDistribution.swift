import Foundation
import MoCAProtocols

/// The distribution function of one coordinate of the prior: normal, or of the uniform distribution on the
/// sphere, where (u + 1)/2 follows Beta((d − 1)/2, (d − 1)/2).
///
/// Cubic pieces through 4,097 knots with their exact slopes; in the angle for the sphere. Right to 1e-7.
public struct CoordinateDistribution {
  private static let cells = 4096

  /// What leads from a coordinate to the place in 0 … cells.
  private let place: (Tensor) -> Tensor
  /// The coefficients of each piece, `[cells, 4]`.
  private let pieces: Tensor

  /// Of that prior, or `nil` where a coordinate's distribution is not known.
  public init?(of prior: any Prior) {
    if prior.geometry == .sphere {
      self.init(sphereOf: prior.latentSize)
    } else if let scale = prior.normalScale {
      self.init(normalScale: scale)
    } else {
      return nil
    }
  }

  private init(sphereOf dimension: Int) {
    let width = Double.pi / Double(Self.cells)
    let density = { (angle: Double) in pow(max(cos(angle), 0), Double(dimension - 2)) }
    let rule = GaussLegendre(5)
    var sums = [0.0]
    for cell in 0..<Self.cells {
      let start = Double(cell) * width - Double.pi / 2
      sums.append(sums[cell] + rule.integral(from: start, to: start + width, of: density))
    }
    let total = sums[Self.cells]
    let slopes = (0...Self.cells).map { density(Double($0) * width - Double.pi / 2) * width / total }
    pieces = Self.pieces(sums.map { $0 / total }, slopes)
    place = { coordinates in
      let angles = coordinates.clamped(min: -1).clamped(max: 1).arcCosine()
      return (angles * (-1 / Double.pi) + 1) * Double(Self.cells)
    }
  }

  private init(normalScale: Double) {
    let (end, width) = (9.0, 18 / Double(Self.cells))
    let knots = (0...Self.cells).map { Double($0) * width - end }
    let slopes = knots.map { exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() * width }
    pieces = Self.pieces(knots.map { erfc(-$0 / 2.0.squareRoot()) / 2 }, slopes)
    place = { (($0 / normalScale).clamped(min: -end).clamped(max: end) + end) / width }
  }

  /// The probability of at most each element.
  public func cumulative(_ coordinates: Tensor) -> Tensor {
    let place = place(coordinates)
    let cell = place.floor().clamped(max: Double(Self.cells - 1))
    let rest = place - cell
    let entries = pieces.to(dtype: coordinates.dtype, on: coordinates.device)
      .gathered(along: 0, at: cell.to(dtype: .int64).reshaped(-1))
    let part = { (index: Int) in entries.selected(along: 1, at: index).reshaped(to: coordinates.shape) }
    return ((part(3) * rest + part(2)) * rest + part(1)) * rest + part(0)
  }

  /// Hermite's cubics from values and slopes for each step.
  private static func pieces(_ values: [Double], _ slopes: [Double]) -> Tensor {
    let rows = (0..<cells).flatMap { cell -> [Double] in
      let rise = values[cell + 1] - values[cell]
      let (start, end) = (slopes[cell], slopes[cell + 1])
      return [values[cell], start, 3 * rise - 2 * start - end, start + end - 2 * rise]
    }
    return Tensor(rows, shape: [cells, 4])
  }

  /// The Kolmogorov-Smirnov distance of each row of sorted coordinates, `[rows, count] → [rows]`: the largest
  /// difference of the empirical distribution function to this one.
  public func kolmogorovSmirnov(_ sorted: Tensor) -> Tensor {
    let (expected, ranks) = (cumulative(sorted), Self.ranks(sorted))
    let above = (ranks + 1 / Double(sorted.shape[1]) - expected).maximum(along: 1)
    return above.maximum((expected - ranks).maximum(along: 1))
  }

  /// The Cramér-von Mises statistic of each row of sorted coordinates, `[rows, count] → [rows]`:
  /// 1/(12N) + Σ (F(u₍ᵢ₎) − (i − ½)/N)².
  public func cramerVonMises(_ sorted: Tensor) -> Tensor {
    let count = Double(sorted.shape[1])
    let gaps = cumulative(sorted) - Self.ranks(sorted) - 0.5 / count
    return gaps.squared().sum(along: 1) + 1 / (12 * count)
  }

  /// (i − 1)/N, `[1, count]`.
  private static func ranks(_ sorted: Tensor) -> Tensor {
    let count = sorted.shape[1]
    return Tensor.range(count, dtype: sorted.dtype, on: sorted.device).expandingDimension(at: 0)
      / Double(count)
  }
}
