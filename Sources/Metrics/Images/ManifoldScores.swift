import MoCAProtocols

/// How well two sets of features cover each other's manifolds, estimated by balls that reach to the k-th neighbour.
///
/// Let r(x, k) be the distance of x from its k-th nearest other image of its own set.
///
/// - Improved precision and recall (Kynkäänniemi et al., NeurIPS 2019; k = 3): the share of generated images inside
///   the ball of some reference image, and of reference images inside the ball of some generated image.
/// - Density and coverage (Naeem et al., ICML 2020; k = 5): the mean over generated images of the number of
///   reference balls that hold them, divided by k, and the share of reference images whose ball holds a generated
///   image.
///
/// Precision, recall and coverage lie in [0, 1]; density is about 1 for equal distributions and may exceed
/// it. A ball is open, as in the package of Naeem et al.; with distances that tie, closed balls as in other
/// tools give more. One outlier of the reference inflates precision by its wide ball; density does not suffer
/// from it. All four depend on both numbers of images: compare at equal numbers, best as many generated as
/// reference images. With equal distributions and sizes coverage is expected near to 1 − 2⁻ᵏ.
///
/// Time is quadratic, memory is not: pairs go through tiles of 2,048 × 2,048.
public struct ManifoldScores: Codable, Sendable {
  /// The share of generated images that look real.
  public let precision: Double
  /// The share of the reference that the generated images reach.
  public let recall: Double
  /// How densely generated images lie where the reference does.
  public let density: Double
  /// The share of reference images with a generated image near to them.
  public let coverage: Double
  /// k of precision and recall.
  public let precisionNeighbours: Int
  /// k of density and coverage.
  public let densityNeighbours: Int

  /// Measures `[n, d]` generated features against `[m, d]` reference features.
  ///
  /// - Parameters:
  ///   - generated: Features of generated images.
  ///   - reference: Features of reference images.
  ///   - precisionNeighbours: k of precision and recall.
  ///   - densityNeighbours: k of density and coverage.
  ///   - progress: Is told the share that is done.
  /// - Throws: ``ImageScoreError`` where a set has at most k images or features are not finite.
  public init(
    of generated: Tensor, reference: Tensor, precisionNeighbours: Int = 3, densityNeighbours: Int = 5,
    progress: @escaping (Double) -> Void = { _ in }
  ) throws {
    let neighbours = [precisionNeighbours, densityNeighbours]
    guard let most = neighbours.max(), neighbours.allSatisfy({ $0 > 0 }) else {
      fatalError("numbers of neighbours must be positive, found \(neighbours)")
    }
    try checkFeatures(generated, reference)
    let smaller = min(generated.shape[0], reference.shape[0])
    if smaller <= most {
      throw ImageScoreError.tooFew(
        score: "precision, recall, density and coverage", found: smaller, needed: most + 1,
        reason: "each image needs \(most) neighbours in its own set", remedy: "take more images")
    }
    let (shares, count) = withoutGradients {
      let tiles = FeatureTiles(
        total: FeatureTiles.count(reference, reference) + FeatureTiles.count(generated, generated)
          + FeatureTiles.count(reference, generated), report: progress)
      let hits = Hits(
        tiles, generated: generated, reference: reference, precision: precisionNeighbours,
        density: densityNeighbours)
      let shares = [hits.precision, hits.recall, hits.coverage].map { $0.to(dtype: .float64).mean().item }
      return (shares, hits.balls.to(dtype: .float64).mean().item)
    }
    (precision, recall, coverage) = (shares[0], shares[1], shares[2])
    density = count / Double(densityNeighbours)
    self.precisionNeighbours = precisionNeighbours
    self.densityNeighbours = densityNeighbours
  }
}

/// Which images lie in which set's balls.
private struct Hits {
  /// Of each generated image: whether a reference ball holds it.
  let precision: Tensor
  /// Of each reference image: whether a generated ball holds it.
  let recall: Tensor
  /// Of each reference image: whether its ball holds a generated image.
  let coverage: Tensor
  /// Of each generated image: how many reference balls hold it.
  let balls: Tensor

  init(_ tiles: FeatureTiles, generated: Tensor, reference: Tensor, precision: Int, density: Int) {
    let most = max(precision, density)
    // The nearest of all is the image itself: position k is the k-th other one.
    let own = tiles.nearest(most + 1, to: reference, among: reference).distances
    let theirs = tiles.nearest(most + 1, to: generated, among: generated).distances
      .selected(along: 1, at: precision)
    let wide = (
      own.narrowed(along: 1, from: precision, count: 1), own.narrowed(along: 1, from: density, count: 1)
    )
    var held = [Tensor?](repeating: nil, count: FeatureTiles.ranges(generated.shape[0]).count)
    var counts = held
    var (reached, covered): ([Tensor], [Tensor]) = ([], [])
    for rows in FeatureTiles.ranges(reference.shape[0]) {
      let radii = (
        wide.0.narrowed(along: 0, from: rows.lowerBound, count: rows.count),
        wide.1.narrowed(along: 0, from: rows.lowerBound, count: rows.count)
      )
      var (isReached, nearest): (Tensor?, Tensor?) = (nil, nil)
      tiles.forEachTile(of: rows, in: reference, to: generated) { index, columns, distances in
        let balls = theirs.narrowed(along: 0, from: columns.lowerBound, count: columns.count)
        held[index] = sum(held[index], distances.isLess(than: radii.0).sum(along: 0))
        counts[index] = sum(counts[index], distances.isLess(than: radii.1).sum(along: 0))
        isReached = sum(isReached, distances.isLess(than: balls).sum(along: 1))
        let closest = distances.minimum(along: 1, keepsDimensions: true)
        nearest = nearest.map { $0.minimum(closest) } ?? closest
      }
      if let isReached, let nearest {
        reached.append(isReached)
        covered.append(nearest.isLess(than: radii.1))
      }
    }
    self.precision = Tensor.concatenated(held.compactMap { $0 }).isGreater(than: 0)
    recall = Tensor.concatenated(reached).isGreater(than: 0)
    coverage = Tensor.concatenated(covered)
    balls = Tensor.concatenated(counts.compactMap { $0 })
  }
}

private func sum(_ known: Tensor?, _ added: Tensor) -> Tensor { known.map { $0 + added } ?? added }
