import Foundation
import MoCAProtocols

/// Whether generated images are copies of training images: nearest neighbours in a feature space.
///
/// For a generated image g let t be its nearest training image.
///
/// - ``authenticShare`` (AuthPct of Alaa et al., "How faithful is your synthetic data?", ICML 2022): the share of
///   generated images that lie farther from t than t lies from its nearest other training image. A model that draws
///   from the distribution of the data reaches about one half; copies give 0.
/// - ``closerThanHeldOutShare``: the share of generated images that lie nearer to t than t's nearest held-out image
///   does. Half is expected where as many images are generated as held out; it grows with the number generated.
/// - ``copyingScore`` (C_T of Meehan, Chaudhuri and Dasgupta, "A non-parametric test to detect data-copying in
///   generative models", AISTATS 2020, over one cell): the distances of generated and of held-out images from their
///   nearest training images are compared by the Mann-Whitney statistic U, the number of pairs in which the generated
///   image is farther, ties half; given is its z value, (U − nm/2) / σ with σ corrected for ties. About standard
///   normal for the distribution of the data; below −3 generated images are nearer to the training set than
///   unseen ones: copies. Far above 0 the images are off the data. The authors' version averages over cells
///   of the space, which finds copies in one region only that this one may miss.
///
/// All need features in which distance means likeness; pairs go through tiles of 2,048 × 2,048.
public struct Memorization: Codable, Sendable {
  /// A generated image and its nearest training image.
  public struct Match: Codable, Sendable, Equatable {
    /// Position of the generated image.
    public let generated: Int
    /// Position of the training image.
    public let training: Int
    /// Their distance.
    public let distance: Double
    /// The distance divided by that of the training image from its nearest other one: below 1 is not authentic. 0 for
    /// an exact copy, infinite where a training image has a twin and the generated one differs.
    public let ratio: Double
  }

  /// AuthPct as a share.
  public let authenticShare: Double
  /// Against held-out images; `nil` without them.
  public let closerThanHeldOutShare: Double?
  /// C_T over one cell; `nil` without held-out images.
  public let copyingScore: Double?
  /// The nearest training image of every generated one, in the generated images' order.
  public let matches: [Match]

  /// The generated images that are most likely copies: smallest ratio first, then smallest distance.
  public func closest(_ count: Int) -> [Match] {
    func rank(_ match: Match) -> (Double, Double, Int) { (match.ratio, match.distance, match.generated) }
    return Array(matches.sorted { rank($0) < rank($1) }.prefix(count))
  }

  /// Compares `[n, d]` generated features with those of training images and of images held out from training.
  ///
  /// - Parameter progress: Is told the share that is done.
  /// - Throws: ``ImageScoreError`` where a set is too small or features are not finite.
  public init(
    generated: Tensor, training: Tensor, heldOut: Tensor? = nil,
    progress: @escaping (Double) -> Void = { _ in }
  ) throws {
    try Self.check(generated, training, heldOut)
    let tiles = FeatureTiles(
      total: FeatureTiles.count(generated, training) * 2
        + (heldOut.map { FeatureTiles.count(generated, $0) + FeatureTiles.count($0, training) } ?? 0),
      report: progress)
    let result = withoutGradients {
      let (distances, positions) = tiles.nearest(1, to: generated, among: training)
      let sources = training.gathered(along: 0, at: positions.flattened(from: 0).to(on: training.device))
      // Position 0 is the training image itself.
      let others = tiles.nearest(2, to: sources, among: training).distances.selected(along: 1, at: 1)
      let comparison = heldOut.map { held in
        (
          nearest: tiles.nearest(1, to: sources, among: held).distances.doubles,
          own: tiles.nearest(1, to: held, among: training).distances.doubles
        )
      }
      return (distances.doubles, positions.values(as: Int64.self), others.doubles, comparison)
    }
    let (distances, positions, others, comparison) = result
    matches = distances.indices.map {
      let ratio = distances[$0] == 0 ? 0 : distances[$0] / others[$0]
      return Match(generated: $0, training: Int(positions[$0]), distance: distances[$0], ratio: ratio)
    }
    authenticShare = share(zip(others, distances).map { $0 < $1 })
    closerThanHeldOutShare = comparison.map { share(zip(distances, $0.nearest).map { $0 < $1 }) }
    copyingScore = comparison.map { mannWhitneyScore(distances, $0.own) }
  }

  private static func check(_ generated: Tensor, _ training: Tensor, _ heldOut: Tensor?) throws {
    try checkFeatures(generated, training)
    if let heldOut { try checkFeatures(heldOut, training) }
    let needs =
      [("generated", generated, 1), ("training", training, 2)]
      + (heldOut.map { [("held-out", $0, 1)] } ?? [])
    for (name, features, needed) in needs where features.shape[0] < needed {
      throw ImageScoreError.tooFew(
        score: "the memorisation check", found: features.shape[0], needed: needed,
        reason: "nearest neighbours are taken from the \(name) set", remedy: "give that set more images")
    }
  }
}

private func share(_ values: [Bool]) -> Double { Double(values.count { $0 }) / Double(values.count) }

/// The z value of Mann and Whitney's U, the number of pairs with `first` above `second`, ties half; 0 where all
/// values are equal.
func mannWhitneyScore(_ first: [Double], _ second: [Double]) -> Double {
  let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
  let (n, m) = (Double(first.count), Double(second.count))
  var (ranks, ties, start) = (0.0, 0.0, 0)
  while start < all.count {
    let end = all[start...].firstIndex { $0.0 != all[start].0 } ?? all.count
    let size = Double(end - start)
    // The ranks start + 1 … end have this mean.
    ranks += Double(start + 1 + end) / 2 * Double(all[start..<end].count { $0.1 })
    ties += size * size * size - size
    start = end
  }
  let total = n + m
  let variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
  if variance <= 0 { return 0 }
  return (ranks - n * (n + 1) / 2 - n * m / 2) / variance.squareRoot()
}
