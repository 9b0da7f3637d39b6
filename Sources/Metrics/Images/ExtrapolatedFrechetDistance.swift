import MoCAProtocols

/// The Fréchet distance extrapolated to infinitely many generated images (FID∞).
///
/// Chong and Forsyth, "Effectively unbiased FID and Inception score and where to find them", CVPR 2020: the
/// distance of N images exceeds its limit by a term near to a/N, where a depends on the model; the intercept of a
/// straight line through the distances of several N over 1/N takes the term away.
///
/// Fifteen sizes, evenly spaced from the smallest to all images, as in the evaluation code of Stein et al. (NeurIPS
/// 2023). The smallest is a tenth of the images, at most 5,000, and never below d + 1. Each subset is drawn without
/// replacement. The reference stays whole: its own bias remains and is the same for all models.
public struct ExtrapolatedFrechetDistance: Codable, Sendable {
  /// The distance of one subset.
  public struct Point: Codable, Sendable {
    /// Images in the subset.
    public let count: Int
    /// Their distance from the reference.
    public let distance: Double

    /// A subset and its distance.
    public init(count: Int, distance: Double) {
      self.count = count
      self.distance = distance
    }
  }

  /// The intercept at 1/N = 0. It can be slightly negative for a perfect model.
  public let value: Double
  /// a of value + a/N.
  public let slope: Double
  /// R² of the line: where it is far from 1, the extrapolation means little. 1 where all distances are equal.
  public let determination: Double
  /// The distances that the line goes through.
  public let points: [Point]

  /// Fits the line through points of at least two different counts.
  public init(through points: [Point]) {
    let inverses = points.map { 1 / Double($0.count) }
    let count = Double(points.count)
    let (x, y) = (inverses.reduce(0, +) / count, points.map(\.distance).reduce(0, +) / count)
    let spread = inverses.map { ($0 - x) * ($0 - x) }.reduce(0, +)
    let shared = zip(inverses, points).map { ($0 - x) * ($1.distance - y) }.reduce(0, +)
    let variation = points.map { ($0.distance - y) * ($0.distance - y) }.reduce(0, +)
    slope = shared / spread
    value = y - slope * x
    determination = variation > 0 ? shared * shared / (spread * variation) : 1
    self.points = points
  }
}

/// Extrapolates the Fréchet distance of generated images from a reference.
///
/// - Parameters:
///   - generated: `[n, d]`, with n ≥ 2 (d + 1).
///   - reference: The whole reference set.
///   - pointCount: Subset sizes, at least 3.
///   - generator: Draws the subsets.
///   - progress: Is told the share that is done.
/// - Throws: ``ImageScoreError``.
public func extrapolatedFrechetDistance(
  of generated: Tensor, reference: FeatureMoments, points pointCount: Int = 15, using generator: Generator,
  progress: (Double) -> Void = { _ in }
) throws -> ExtrapolatedFrechetDistance {
  if pointCount < 3 { fatalError("a line needs at least 3 points to be judged by, asked for \(pointCount)") }
  try checkFeatures(generated)
  let (count, features) = (generated.shape[0], generated.shape[1])
  if count < 2 * (features + 1) {
    throw ImageScoreError.tooFew(
      score: "the extrapolated Fréchet distance in \(features) features", found: count,
      needed: 2 * (features + 1),
      reason: "its smallest subset has more images than features, and all images are to be twice as many",
      remedy: "generate more images")
  }
  return try withoutGradients {
    let target = try FrechetReference(reference, allowsFew: false)
    let smallest = Double(max(features + 1, min(5000, count / 10)))
    let points = try (0..<pointCount).map { index in
      let share = Double(index) / Double(pointCount - 1)
      let size = Int(smallest + share * (Double(count) - smallest))
      let subset = Tensor.permutation(count, using: generator).narrowed(along: 0, from: 0, count: size)
      let moments = try FeatureMoments(generated.gathered(along: 0, at: subset.to(on: generated.device)))
      let distance = try target.distance(to: moments)
      progress(Double(index + 1) / Double(pointCount))
      return ExtrapolatedFrechetDistance.Point(count: size, distance: distance)
    }
    return ExtrapolatedFrechetDistance(through: points)
  }
}
