import Foundation
import Metrics
import MoCAProtocols

/// Scores sets of images against one reference: the reference's features are made once.
final class ImageScoring {
  let plan: EvaluationPlan
  let reference: ImageSet
  let progress: @Sendable (Int, Int?, String) -> Void
  /// What was left out, and why.
  private(set) var notes: [String] = []
  private var latest: [String: (digest: String, features: FeatureSet)] = [:]
  private var references: [String: (features: FeatureSet, moments: FeatureMoments)] = [:]

  init(
    plan: EvaluationPlan, reference: ImageSet, progress: @escaping @Sendable (Int, Int?, String) -> Void
  ) {
    self.plan = plan
    self.reference = reference
    self.progress = progress
  }

  /// Everything in `kinds` that the plan asks for.
  ///
  /// - Parameters:
  ///   - card: What the cards say of the set beside features and reference.
  ///   - isOptional: Whether a score that cannot be computed is left out with a note even where it was asked for, as
  ///     for the noise floor.
  func scores(
    of set: ImageSet, kinds: [Metric.Kind], card: MetricCard, isKept: Bool = false, isOptional: Bool = false
  ) throws -> [Score] {
    var scores: [Score] = []
    for source in plan.sources {
      let chosen = kinds.filter { kind in
        let isForOthers = kind == .inceptionScore && source.distanceName != "FID" && plan.metrics.isEmpty
        return kind.needsFeatures && plan.includes(kind, in: source) && !isForOthers
      }
      if chosen.isEmpty { continue }
      try leavingOut(isOptional, "\(source.distanceName) of \(set.name)") {
        let reference = try features(ofReferenceIn: source)
        let parts = FeatureScores(
          of: try features(of: set, in: source, isKept: isKept), against: reference.features,
          reference.moments,
          card: completed(card, source), distanceName: source.distanceName, plan: plan, progress: progress)
        for kind in chosen {
          try leavingOut(isOptional, "\(kind.rawValue) of \(set.name) in \(source.name)") {
            scores += try parts.scores(kind)
          }
        }
      }
    }
    if kinds.contains(.sharpness), plan.includes(.sharpness) {
      scores.append(try sharpnessScore(of: set, card))
    }
    return scores
  }

  /// The features of a set; those of the last set are remembered for each extractor.
  func features(of set: ImageSet, in source: FeatureSource, isKept: Bool = false) throws -> FeatureSet {
    let needsLogits = source.distanceName == "FID" && plan.includes(.inceptionScore, in: source)
    if !needsLogits, set.digest == reference.digest, let known = references[source.name] {
      return known.features
    }
    if let known = latest[source.name], known.digest == set.digest { return known.features }
    latest[source.name] = nil  // Both would not fit beside the reference.
    let made = try source.features(of: set, isKept: isKept, needsLogits: needsLogits, progress: progress)
    latest[source.name] = (set.digest, made)
    return made
  }

  /// The features of images that are not generated, from the cache where they are kept; those of the reference are
  /// taken from memory.
  func kept(_ set: ImageSet, in source: FeatureSource) throws -> FeatureSet {
    if set.digest == reference.digest { return try features(ofReferenceIn: source).features }
    return try source.features(of: set, isKept: true, needsLogits: false, progress: progress)
  }

  /// The features of the reference, from the cache where they are kept.
  func features(
    ofReferenceIn source: FeatureSource
  ) throws -> (features: FeatureSet, moments: FeatureMoments) {
    if let known = references[source.name] { return known }
    let made = try source.features(of: reference, isKept: true, needsLogits: false, progress: progress)
    let both = (made, try FeatureMoments(made.features))
    references[source.name] = both
    return both
  }

  /// Runs `body`; what it cannot do becomes a note, where that is allowed.
  func leavingOut(_ isOptional: Bool, _ what: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ImageScoreError where isOptional || plan.metrics.isEmpty {
      notes.append("\(what) was left out: \(error)")
    } catch EvaluationError.notFinite(let what, let count, let total) {
      // Never passed over: something is broken.
      throw EvaluationError.notFinite(what: what, count: count, of: total)
    } catch let error as EvaluationError where isOptional || plan.metrics.isEmpty {
      notes.append("\(what) was left out: \(error)")
    }
  }

  /// The card of scores in the features of `source` against the reference.
  func completed(_ card: MetricCard, _ source: FeatureSource) -> MetricCard {
    var card = card
    card.extractor = source.description
    card.weights = source.weights
    card.resize = source.network.resize
    card.arithmetic = source.arithmetic
    card.device = source.deviceName
    card.reference = reference.name
    card.referenceDigest = reference.digest
    card.referenceCount = reference.count
    return card
  }

  private func sharpnessScore(of set: ImageSet, _ card: MetricCard) throws -> Score {
    var sum = 0.0
    for start in stride(from: 0, to: set.count, by: 1000) {
      let range = start..<min(start + 1000, set.count)
      sum += try sharpness(set.batch(range, on: .cpu)) * Double(range.count)
    }
    var card = card
    card.score = "sharpness"
    card.arithmetic = "float64"
    card.parameters = "variance of the Laplacian of the luma in [0, 1]"
    if card.sampler == nil { card.seed = nil }
    return Score(sum / Double(max(1, set.count)), card: card)
  }
}

extension MetricCard {
  /// A card of 8-bit images, to be completed.
  static func images(
    _ subject: String, of set: ImageSet, sampler: String? = nil, seed: Int?, isGenerated: Bool
  )
    -> MetricCard
  {
    var card = MetricCard(
      score: "", subject: subject, count: set.count, arithmetic: "float32 features, float64 scores",
      seed: seed)
    card.sampler = sampler
    card.imageShape = "\(set.shape)"
    card.quantization = isGenerated ? quantization : "8-bit images as they are"
    if !isGenerated { card.subjectDigest = set.digest }
    return card
  }
}

/// Scores of images from anywhere against others.
public struct ImageEvaluation {
  let plan: EvaluationPlan
  let progress: @Sendable (Int, Int?, String) -> Void

  /// Prepares.
  public init(
    plan: EvaluationPlan,
    progress: @escaping @Sendable (_ done: Int, _ total: Int?, _ what: String) -> Void = { _, _, _ in }
  ) {
    self.plan = plan
    self.progress = progress
  }

  /// Refuses metrics that are measured of a run.
  ///
  /// - Throws: ``EvaluationError/notApplicable(score:reason:)``.
  public static func check(_ plan: EvaluationPlan) throws {
    if let metric = plan.metrics.first(where: { !$0.kind.isOfImages }) {
      throw EvaluationError.notApplicable(
        score: metric.kind.rawValue, reason: "it is measured of a run, not of two sets of images")
    }
  }

  /// Scores `generated` against `reference`.
  ///
  /// - Throws: ``EvaluationError``, `ImageScoreError`.
  public func compare(_ generated: ImageSet, with reference: ImageSet) throws -> Evaluation {
    try Self.check(plan)
    let scoring = ImageScoring(plan: plan, reference: reference, progress: progress)
    let card = MetricCard.images("images", of: generated, seed: plan.seed, isGenerated: false)
    let scores = try scoring.scores(
      of: generated, kinds: Metric.Kind.allCases.filter(\.isOfImages), card: card)
    let others = try scoring.scores(
      of: reference, kinds: [.sharpness],
      card: MetricCard.images("reference", of: reference, seed: plan.seed, isGenerated: false))
    var evaluation = Evaluation()
    evaluation.reference = "\(reference.name): \(reference.count) images, \(reference.digest)"
    evaluation.subjects = [SubjectScores(subject: generated.name, count: generated.count, scores: scores)]
    if !others.isEmpty, !scores.isEmpty {
      evaluation.subjects.append(
        SubjectScores(subject: "reference", count: reference.count, scores: others))
    }
    evaluation.notes = plan.notes + scoring.notes + plan.sources.flatMap(\.notes)
    return evaluation
  }
}
