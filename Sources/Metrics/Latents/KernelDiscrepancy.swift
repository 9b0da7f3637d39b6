import MoCAProtocols

/// E k(z, z′) − 2 E k(z, p) + E k(p, p′) for a kernel of the squared distance, codes z and the prior's p.
///
/// Where the prior is uniform on the sphere or normal, its expectations are exact; else they are means over as many
/// draws as there are codes. Pairs are visited in tiles of 256 rows.
struct KernelDiscrepancy {
  /// The kernel at each squared distance.
  let kernel: (Tensor) -> Tensor
  /// The kernel's value at distance zero where pairs of a point with itself count; `nil` where they are left out.
  let ownPair: Double?
  /// The prior's part.
  let expectation: Expectation

  /// Means of a kernel over the prior.
  struct Expectation {
    /// E k(p, p′).
    let own: Double
    /// The mean over codes z of E k(z, p).
    let cross: (Tensor) -> Double
  }

  func value(of codes: Tensor) -> Double {
    Self.within(codes, ownPair: ownPair, kernel) - 2 * expectation.cross(codes) + expectation.own
  }

  /// The mean kernel over pairs of one sample; half of the pairs are looked at.
  static func within(_ points: Tensor, ownPair: Double?, _ kernel: (Tensor) -> Tensor) -> Double {
    let count = points.shape[0]
    let sum = tiles(count).reduce(0.0) { sum, tile in
      let rows = points.narrowed(along: 0, from: tile.lowerBound, count: tile.count)
      let rest = points.narrowed(along: 0, from: tile.lowerBound, count: count - tile.lowerBound)
      let values = kernel(rows.squaredDistances(to: rest))
      let block = values.narrowed(along: 1, from: 0, count: tile.count)
      // The block on the diagonal holds both orders of a pair, the rest of the tile one.
      return sum + 2 * values.sum().item - block.sum().item - block.diagonal().sum().item
    }
    let size = Double(count)
    return ownPair.map { (sum + size * $0) / (size * size) } ?? sum / (size * (size - 1))
  }

  /// The mean kernel over pairs of two samples.
  static func across(_ first: Tensor, _ second: Tensor, _ kernel: (Tensor) -> Tensor) -> Double {
    let sum = tiles(first.shape[0]).reduce(0.0) { sum, tile in
      let rows = first.narrowed(along: 0, from: tile.lowerBound, count: tile.count)
      return sum + kernel(rows.squaredDistances(to: second)).sum().item
    }
    return sum / Double(first.shape[0] * second.shape[0])
  }

  private static func tiles(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 256).map { $0..<min($0 + 256, count) }
  }
}

extension KernelDiscrepancy.Expectation {
  /// The same for every point of the sphere: E k(2 − 2u) over a coordinate u of a uniform point.
  static func sphere(_ dimension: Int, _ kernel: (Double) -> Double) -> Self {
    let mean = UnitSphere.expectation(dimension: dimension) { kernel(2 - 2 * $0) }
    return Self(own: mean, cross: { _ in mean })
  }

  /// As many draws as codes.
  static func draws(_ reference: LatentReference, ownPair: Double?, _ kernel: @escaping (Tensor) -> Tensor)
    -> Self
  {
    let draws = reference.draws()
    return Self(
      own: KernelDiscrepancy.within(draws, ownPair: ownPair, kernel),
      cross: { KernelDiscrepancy.across($0, draws, kernel) })
  }
}
