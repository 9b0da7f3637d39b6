import Torch

/// Sums of a kernel of the squared distance over pairs of rows of two matrices `[n, d]` and `[m, d]`, without ever
/// holding the matrix of all pairs: one with gradients, for methods, and means in `Double`, for measures.
package enum PairSums {
  /// Rows of the second set in a tile of a sum with gradients, at least.
  package static let tileSize = 512

  /// Σ over rows x of `first` and y of `second` of k(|x − y|²), live in `first` only; where the first rows of `second`
  /// are `first` itself, without the pairs of a point with itself. No graph outlives its tile: the gradient is taken at
  /// once.
  package static func sum(
    _ first: Tensor, _ second: Tensor, isPairedWithItself: Bool, kernel: (Tensor) -> Tensor
  ) -> Tensor {
    // The first tile holds the whole diagonal.
    let tiles = second.blocks(ofRows: max(first.shape[0], tileSize))
    let parts = tiles.enumerated().map { index, tile in
      settled(first) { points in
        let values = kernel(points.squaredDistances(to: tile))
        return isPairedWithItself && index == 0 ? values.sum() - values.diagonal().sum() : values.sum()
      }
    }
    return parts.dropFirst().reduce(parts[0], +)
  }

  /// The mean kernel over pairs of one sample; half of the pairs are looked at.
  ///
  /// - Parameter ownPair: The kernel at distance zero where pairs of a point with itself count; `nil` where they are
  ///   left out.
  package static func mean(
    within points: Tensor, ownPair: Double?, of kernel: (Tensor) -> Tensor
  ) -> Double {
    let count = points.shape[0]
    var (sum, start) = (0.0, 0)
    for rows in points.blocks(ofRows: rowsOfMean) {
      let rest = points.narrowed(along: 0, from: start, count: count - start)
      let values = kernel(rows.squaredDistances(to: rest))
      let block = values.narrowed(along: 1, from: 0, count: rows.shape[0])
      // The block on the diagonal holds both orders of a pair, the rest of the tile one.
      sum += 2 * values.sum().item - block.sum().item - block.diagonal().sum().item
      start += rows.shape[0]
    }
    let size = Double(count)
    return ownPair.map { (sum + size * $0) / (size * size) } ?? sum / (size * (size - 1))
  }

  /// The mean kernel over pairs of two samples.
  package static func mean(_ first: Tensor, _ second: Tensor, of kernel: (Tensor) -> Tensor) -> Double {
    let sum = first.blocks(ofRows: rowsOfMean).reduce(0.0) { sum, rows in
      sum + kernel(rows.squaredDistances(to: second)).sum().item
    }
    return sum / Double(first.shape[0] * second.shape[0])
  }

  private static let rowsOfMean = 256

  /// `body` of `points`, with its gradient already taken and its graph gone.
  private static func settled(_ points: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    if !points.requiresGradient { return body(points) }
    let leaf = points.detached().copy()
    leaf.setRequiresGradient(true)
    let value = body(leaf)
    if !value.requiresGradient { return value }  // inside withoutGradients
    let gradient = value.gradients(withRespectTo: [leaf])[0]
    return value.detached() + ((points - points.detached()) * gradient).sum()
  }
}
