import Foundation
import Metrics
import MoCAProtocols

/// The scores of one set of images against a reference in the features of one extractor.
final class FeatureScores {
  private let generated: FeatureSet
  private let reference: FeatureSet
  private let referenceMoments: FeatureMoments
  private let card: MetricCard
  private let distanceName: String
  private let plan: EvaluationPlan
  private let progress: (Int, Int?, String) -> Void
  private var manifold: ManifoldScores?

  /// Takes both sets' features.
  ///
  /// - Parameters:
  ///   - referenceMoments: The reference's moments, taken once for all sets.
  ///   - card: What every card says; the score and its parameters are added.
  ///   - distanceName: How a Fréchet distance in these features is called.
  init(
    of generated: FeatureSet, against reference: FeatureSet, _ referenceMoments: FeatureMoments,
    card: MetricCard,
    distanceName: String, plan: EvaluationPlan, progress: @escaping (Int, Int?, String) -> Void
  ) {
    self.generated = generated
    self.reference = reference
    self.referenceMoments = referenceMoments
    self.card = card
    self.distanceName = distanceName
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
    case .precisionRecall: try manifold(["precision", "recall"]) { [$0.precision, $0.recall] }
    case .densityCoverage: try manifold(["density", "coverage"]) { [$0.density, $0.coverage] }
    case .memorisation, .sharpness, .latent, .priorHoles, .codes: []
    }
  }

  private func frechet(isReconstruction: Bool) throws -> Score {
    let value = try frechetDistance(
      FeatureMoments(generated.features), referenceMoments, allowsFew: plan.allowsFew)
    var card = named((isReconstruction ? "r" : "") + distanceName)
    if card.sampler == nil { card.seed = nil }
    return Score(value, card: card)
  }

  private func extrapolated() throws -> Score {
    let result = try extrapolatedFrechetDistance(
      of: generated.features, reference: referenceMoments, using: generator("subsets")
    ) { progress(Int($0 * 100), 100, "\(distanceName)∞") }
    let parameters =
      "\(result.points.count) sizes from \(result.points[0].count) to \(generated.count), line in 1/N"
    return Score(
      result.value, details: ["slope": result.slope, "determination": result.determination],
      card: named(distanceName + "∞", parameters))
  }

  private func kernel() throws -> Score {
    let smaller = min(generated.count, reference.count)
    let needed = plan.allowsFew ? 4 : 1000
    if smaller < needed {
      throw EvaluationError.tooFew(
        what: "images of either set", found: smaller, needed: needed, score: kernelName)
    }
    // Subsets that are most of the set are alike and say nothing of chance.
    let size = smaller < 1000 ? smaller / 2 : 1000
    let isWhole = size > smaller / 2
    let result = try kernelDistance(
      generated.features, reference.features, subsetSize: size, using: generator("subsets"))
    return Score(
      result.value, error: isWhole ? nil : result.standardError,
      errorKind: isWhole ? nil : "standard error over subsets",
      details: isWhole ? [:] : ["standardDeviation": result.standardDeviation],
      card: named(kernelName, "\(result.subsetCount) subsets of \(size), (x·y/d + 1)³, unbiased"))
  }

  /// At equal numbers of both sets.
  private func sliced() throws -> Score {
    let count = min(generated.count, reference.count)
    let value = try slicedFeatureDistance(
      generated.thinned(to: count).features, reference.thinned(to: count).features,
      using: generator("directions"))
    var card = named(featureName("MIND"), "1000 directions, \(count) of either set")
    card.referenceCount = count
    return Score(value, card: card)
  }

  private func inceptionScore() throws -> [Score] {
    guard distanceName == "FID", let logits = generated.logits else {
      throw EvaluationError.notApplicable(
        score: "the Inception score",
        reason: "it is defined in the classes of Inception alone (--extractor inception)")
    }
    let result = try Metrics.inceptionScore(logits, shuffledBy: generator("order"))
    var card = named("Inception score", "\(result.partCount) parts, mean")
    (card.reference, card.referenceDigest, card.referenceCount) = (nil, nil, nil)
    return [
      Score(
        result.value, error: result.standardDeviation, errorKind: "standard deviation over parts", card: card)
    ]
  }

  /// At equal numbers of both sets, as these scores depend on both.
  private func manifold(_ names: [String], _ values: (ManifoldScores) -> [Double]) throws -> [Score] {
    let count = min(generated.count, reference.count)
    let scores =
      try manifold
      ?? ManifoldScores(
        of: generated.thinned(to: count).features, reference: reference.thinned(to: count).features
      ) { self.progress(Int($0 * 100), 100, "neighbours") }
    manifold = scores
    let neighbours = names[0] == "precision" ? scores.precisionNeighbours : scores.densityNeighbours
    return zip(names, values(scores)).map { name, value in
      var card = named(featureName(name), "k=\(neighbours), \(count) of either set")
      card.referenceCount = count
      if card.sampler == nil { card.seed = nil }
      return Score(value, card: card)
    }
  }

  private var kernelName: String {
    distanceName == "FID" ? "KID" : distanceName.replacing("FD-", with: "KD-")
  }

  /// Scores in other features than Inception's say so in their name.
  private func featureName(_ name: String) -> String {
    distanceName == "FID" ? name : "\(name)-\(distanceName.replacing("FD-", with: ""))"
  }

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
