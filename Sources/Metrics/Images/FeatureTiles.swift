import MoCAProtocols

/// Distances between all rows of two sets of features, one tile at a time.
///
/// A tile is at most ``size`` × ``size``, whatever the sets: 34 MB in `float64`, of which a handful are alive at
/// once, so that 50,000 × 50,000 images stay far below 2 GiB beside their features.
struct FeatureTiles {
  /// Rows and columns of a tile.
  static let size = 2048

  /// Counts tiles, for a report of progress.
  final class Counter {
    private let total: Int
    private let report: (Double) -> Void
    private var done = 0

    init(total: Int, report: @escaping (Double) -> Void) {
      self.total = total
      self.report = report
    }

    func advance() {
      done += 1
      report(Double(done) / Double(total))
    }
  }

  private let counter: Counter

  init(total: Int, report: @escaping (Double) -> Void) { counter = Counter(total: total, report: report) }

  /// The pieces of a set of `count` rows.
  static func ranges(_ count: Int) -> [Range<Int>] { rowRanges(count, size: size) }

  /// How many tiles all pairs of two sets have.
  static func count(_ first: Tensor, _ second: Tensor) -> Int {
    ranges(first.shape[0]).count * ranges(second.shape[0]).count
  }

  /// Calls `body` for every tile of columns with the distances from `rows` of `first` to them.
  func forEachTile(
    of rows: Range<Int>, in first: Tensor, to second: Tensor, _ body: (Int, Range<Int>, Tensor) -> Void
  ) {
    let points = Self.slice(first, rows, on: first.device)
    for (index, columns) in Self.ranges(second.shape[0]).enumerated() {
      body(index, columns, Self.distances(points, Self.slice(second, columns, on: first.device)))
      counter.advance()
    }
  }

  /// The `count` smallest distances from every row of `points` to rows of `others`, ascending, and their positions,
  /// both `[n, count]`. A row that is in both sets finds itself at distance 0.
  func nearest(
    _ count: Int, to points: Tensor, among others: Tensor
  ) -> (distances: Tensor, positions: Tensor) {
    let found = Self.ranges(points.shape[0]).map { rows in
      var best: (distances: Tensor, positions: Tensor)?
      forEachTile(of: rows, in: points, to: others) { _, columns, tile in
        let (distances, indices) = tile.smallest(min(count, columns.count), along: 1)
        let positions = indices + Tensor([Int64(columns.lowerBound)]).to(on: tile.device)
        guard let known = best else {
          best = (distances, positions)
          return
        }
        let all = Tensor.concatenated([known.distances, distances], along: 1)
        let (values, kept) = all.smallest(min(count, all.shape[1]), along: 1)
        let both = Tensor.concatenated([known.positions, positions], along: 1)
        best = (values, both.picked(along: 1, at: kept))
      }
      guard let best else { fatalError("no points to find the nearest among") }
      return best
    }
    return (Tensor.concatenated(found.map(\.distances)), Tensor.concatenated(found.map(\.positions)))
  }

  private static func slice(_ features: Tensor, _ rows: Range<Int>, on device: Device) -> Tensor {
    features.narrowed(along: 0, from: rows.lowerBound, count: rows.count).to(dtype: .float64, on: device)
  }

  /// Euclidean distances in `float32`, computed in `float64`: rounded so that equal distances found in different
  /// tiles compare as equal. Differences below the rounding of |x|² + |y|² − 2 x·y count as zero, so that equal
  /// images are at distance 0 exactly.
  private static func distances(_ first: Tensor, _ second: Tensor) -> Tensor {
    let rounding = Double(first.shape[1]) * .ulpOfOne
    let norms = (first.squared().sum(along: 1, keepsDimensions: true), second.squared().sum(along: 1))
    let squares = first.squaredDistances(to: second)
    let isRounding = squares.isLess(than: (norms.0 + norms.1) * rounding)
    return squares.filled(where: isRounding, with: 0).to(dtype: .float32).squareRoot()
  }
}
