import Foundation
import Metrics
import MoCAProtocols

/// The scores of one set of images against a reference in the features of one extractor.
final class FeatureScores {
  private let generated: FeatureSet
  private let reference: FeatureSet
  private let referenceMoments: FeatureMoments
  private let card: MetricCard
  private let names: FeatureNames
  private let plan: EvaluationPlan
  private let progress: (Int, Int?, String) -> Void
  private var manifold: ManifoldScores?

  /// Takes both sets' features.
  ///
  /// - Parameters:
  ///   - referenceMoments: The reference's moments, taken once for all sets.
  ///   - card: What every card says; the score and its parameters are added.
  ///   - names: What scores in these features are called.
  init(
    of generated: FeatureSet, against reference: FeatureSet, _ referenceMoments: FeatureMoments,
    card: MetricCard, names: FeatureNames, plan: EvaluationPlan,
    progress: @escaping (Int, Int?, String) -> Void
  ) {
    self.generated = generated
    self.reference = reference
    self.referenceMoments = referenceMoments
    self.card = card
    self.names = names
    self.plan = plan
    self.progress = progress
  }

  /// Computes one kind of score; some kinds give two.
  func scores(_ kind: Metric.Kind) throws -> [Score] {
    switch kind {
    case .frechet, .reconstruction: [try frechet(isReconstruction: kind == .reconstruction)]
    case .frechetInfinity: [try extrapolated()]
    case .kernel: [try kernel()]
    case .sliced: [try sliced()]
    case .inceptionScore: try inceptionScore()
    case .precisionRecall:
      try manifold(neighbours: \.precisionNeighbours) {
        [("precision", $0.precision, "share of images"), ("recall", $0.recall, "share of images")]
      }
    case .densityCoverage:
      try manifold(neighbours: \.densityNeighbours) {
        [("density", $0.density, "balls per image over k"), ("coverage", $0.coverage, "share of balls")]
      }
    case .memorisation, .sharpness, .latent, .priorHoles, .codes: []
    }
  }

  private func frechet(isReconstruction: Bool) throws -> Score {
    let value = try frechetDistance(
      FeatureMoments(generated.features), referenceMoments, allowsFew: plan.allowsFew)
    var card = named((isReconstruction ? "r" : "") + names.frechet)
    if card.sampler == nil { card.seed = nil }
    return Score(value, .lower, unit: Self.squares, kind: .imageDistance, card: card)
  }

  private func extrapolated() throws -> Score {
    let result = try extrapolatedFrechetDistance(
      of: generated.features, reference: referenceMoments, using: generator("subsets")
    ) { progress(Int($0 * 100), 100, "\(names.frechet)∞") }
    let parameters =
      "\(result.points.count) sizes from \(result.points[0].count) to \(generated.count), line in 1/N"
    return Score(
      result.value, .lower, unit: Self.squares,
      details: ["slope": result.slope, "determination": result.determination],
      card: named(names.frechet + "∞", parameters))
  }

  private func kernel() throws -> Score {
    let smaller = min(generated.count, reference.count)
    let needed = plan.allowsFew ? 4 : 1000
    if smaller < needed {
      throw EvaluationError.tooFew(
        what: "images of either set", found: smaller, needed: needed, score: names.kernel)
    }
    // Subsets that are most of the set are alike and say nothing of chance.
    let size = smaller < 1000 ? smaller / 2 : 1000
    let isWhole = size > smaller / 2
    let result = try kernelDistance(
      generated.features, reference.features, subsetSize: size, using: generator("subsets"))
    return Score(
      result.value, .lower, unit: "squared kernel distance", error: isWhole ? nil : result.standardError,
      errorKind: isWhole ? nil : "standard error over subsets",
      details: isWhole ? [:] : ["standardDeviation": result.standardDeviation],
      card: named(names.kernel, "\(result.subsetCount) subsets of \(size), (x·y/d + 1)³, unbiased"))
  }

  /// At equal numbers of both sets.
  private func sliced() throws -> Score {
    let count = min(generated.count, reference.count)
    let value = try slicedFeatureDistance(
      generated.thinned(to: count).features, reference.thinned(to: count).features,
      using: generator("directions"))
    var card = named(names.name("MIND"), "1000 directions, \(count) of either set")
    card.referenceCount = count
    return Score(value, .lower, unit: Self.squares, card: card)
  }

  private func inceptionScore() throws -> [Score] {
    guard let name = names.classes, let logits = generated.logits else {
      throw EvaluationError.notApplicable(
        score: "the Inception score",
        reason: "it is defined in the classes of Inception alone (--extractor inception)")
    }
    let result = try Metrics.inceptionScore(logits, shuffledBy: generator("order"))
    var card = named(name, "\(result.partCount) parts, mean")
    (card.reference, card.referenceDigest, card.referenceCount) = (nil, nil, nil)
    return [
      Score(
        result.value, .higher, unit: "effective classes", error: result.standardDeviation,
        errorKind: "standard deviation over parts", card: card)
    ]
  }

  /// At equal numbers of both sets, as these scores depend on both.
  private func manifold(
    neighbours: KeyPath<ManifoldScores, Int>,
    _ values: (ManifoldScores) -> [(name: String, value: Double, unit: String)]
  ) throws -> [Score] {
    let count = min(generated.count, reference.count)
    let scores =
      try manifold
      ?? ManifoldScores(
        of: generated.thinned(to: count).features, reference: reference.thinned(to: count).features
      ) { self.progress(Int($0 * 100), 100, "neighbours") }
    manifold = scores
    return values(scores).map { name, value, unit in
      var card = named(names.name(name), "k=\(scores[keyPath: neighbours]), \(count) of either set")
      card.referenceCount = count
      if card.sampler == nil { card.seed = nil }
      return Score(value, .higher, unit: unit, card: card)
    }
  }

  /// The unit of distances whose square is taken.
  private static let squares = "squared features"

  private func named(_ name: String, _ parameters: String? = nil) -> MetricCard {
    var card = card
    card.score = name
    card.parameters = parameters
    return card
  }

  private func generator(_ name: String) -> Generator {
    let stream = RandomStream(rawValue: "evaluation.\(name)")
    return Generator(
      seed: RandomStreams.seed(of: stream, from: UInt64(plan.seed)), device: generated.features.device)
  }
}
