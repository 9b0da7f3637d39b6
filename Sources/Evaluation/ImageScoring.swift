import Foundation
import Metrics
import MoCAProtocols
import Scoring

/// Scores sets of images against one reference: the reference's features are made once.
final class ImageScoring {
  let plan: EvaluationPlan
  let reference: ImageSet
  let progress: ProgressHandler
  /// What was left out, and why.
  private(set) var notes: [String] = []
  private var latest: [String: (digest: String, features: FeatureSet)] = [:]
  private var references: [String: (features: FeatureSet, moments: FeatureMoments)] = [:]

  init(
    plan: EvaluationPlan, reference: ImageSet, progress: @escaping ProgressHandler
  ) {
    self.plan = plan
    self.reference = reference
    self.progress = progress
  }

  /// Everything that the plan asks for of a set in its role.
  ///
  /// A metric that is taken of images and of features begins with the images; then come features by their extractors,
  /// then what is taken of images alone.
  ///
  /// - Parameters:
  ///   - originals: What the images should be, where they are reconstructions.
  ///   - card: What the cards say of the set beside features and reference.
  ///   - isOptional: Whether a score that cannot be computed is left out with a note even where it was asked for, as
  ///     for the noise floor.
  func scores(
    of set: ImageSet, _ role: SubjectRole, originals: ImageSet? = nil, card: MetricCard, isKept: Bool = false,
    isOptional: Bool = false
  ) throws -> [Score] {
    let images = ScoredImages(
      count: set.count, originals: originals.map(Self.originals), card: card,
      read: { set.batch($0, on: .cpu) })
    let metrics = plan.imageMetrics.filter { type(of: $0).roles.contains(role) }
    var scores: [Score] = []
    let measure = { (metric: any ImageMetric) in
      try self.leavingOut(false, "\(type(of: metric).name) of \(set.name)") {
        scores += try metric.scores(of: images)
      }
    }
    for metric in metrics where metric is any FeatureMetric { try measure(metric) }
    for source in plan.sources {
      scores += try self.scores(of: set, role, in: source, card, isKept: isKept, isOptional: isOptional)
    }
    for metric in metrics where !(metric is any FeatureMetric) { try measure(metric) }
    return scores
  }

  /// In the features of one extractor.
  private func scores(
    of set: ImageSet, _ role: SubjectRole, in source: FeatureSource, _ card: MetricCard, isKept: Bool,
    isOptional: Bool
  ) throws -> [Score] {
    let chosen = plan.featureMetrics.filter { metric in
      let type = type(of: metric)
      let isForOthers = type.needsClasses && source.names.classes == nil && plan.metrics.isEmpty
      return type.roles.contains(role) && plan.includes(metric, in: source) && !isForOthers
    }
    if chosen.isEmpty { return [] }
    var scores: [Score] = []
    try leavingOut(isOptional, "\(source.names.frechet) of \(set.name)") {
      let reference = try features(ofReferenceIn: source)
      let comparison = FeatureComparison(
        of: try features(of: set, in: source, isKept: isKept), against: reference.features,
        reference.moments, names: source.names, card: completed(card, source), seed: plan.seed,
        allowsFew: plan.allowsFew, progress: progress)
      for metric in chosen {
        try leavingOut(isOptional, "\(type(of: metric).name) of \(set.name) in \(source.name)") {
          scores += try metric.scores(of: comparison)
        }
      }
    }
    return scores
  }

  private static func originals(_ set: ImageSet) -> ScoredImages.Originals {
    .init(name: set.name, digest: set.digest, read: { set.batch($0, on: .cpu) })
  }

  /// The features of a set; those of the last set are remembered for each extractor.
  func features(of set: ImageSet, in source: FeatureSource, isKept: Bool = false) throws -> FeatureSet {
    let needsLogits =
      source.names.classes != nil
      && plan.featureMetrics.contains { type(of: $0).needsClasses && plan.includes($0, in: source) }
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
    } catch let error as MetricError {
      guard isOptional || plan.metrics.isEmpty else { throw EvaluationError(error) }
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
}

/// Scores of images from anywhere against others.
public struct ImageEvaluation {
  let plan: EvaluationPlan
  let progress: ProgressHandler

  public init(
    plan: EvaluationPlan,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) {
    self.plan = plan
    self.progress = progress
  }

  /// Refuses metrics that are measured of a run.
  ///
  /// - Throws: ``EvaluationError/notApplicable(score:reason:)``.
  public static func check(_ plan: EvaluationPlan) throws {
    if let metric = plan.metrics.first(where: { !$0.type.isOfImages }) {
      throw EvaluationError.notApplicable(
        score: metric.name, reason: "it is measured of a run, not of two sets of images")
    }
  }

  /// Scores `generated` against `reference`.
  ///
  /// - Throws: ``EvaluationError``, `ImageScoreError`.
  public func compare(_ generated: ImageSet, with reference: ImageSet) throws -> Evaluation {
    try Self.check(plan)
    let scoring = ImageScoring(plan: plan, reference: reference, progress: progress)
    let card = MetricCard.images("images", of: generated, seed: plan.seed, isGenerated: false)
    let scores = try scoring.scores(of: generated, .images, card: card)
    let others = try scoring.scores(
      of: reference, .reference,
      card: MetricCard.images("reference", of: reference, seed: plan.seed, isGenerated: false))
    var evaluation = Evaluation()
    evaluation.reference = "\(reference.name): \(reference.count) images, \(reference.digest)"
    evaluation.subjects = [
      SubjectScores(generated.name, .images, count: generated.count, scores: scores)
    ]
    if !others.isEmpty, !scores.isEmpty {
      evaluation.subjects.append(
        SubjectScores("reference", .reference, count: reference.count, scores: others))
    }
    evaluation.notes = plan.notes + scoring.notes + plan.sources.flatMap(\.notes)
    return evaluation
  }
}
