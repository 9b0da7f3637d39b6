import Metrics
import MoCAProtocols

/// A metric of images in the features of an extractor, against the features of a reference.
public protocol FeatureMetric: MetricPlugin {
  /// The sets of images that it is taken of.
  static var roles: Set<SubjectRole> { get }
  /// Whether it is taken of the network's classes, which only some networks have a score of.
  static var needsClasses: Bool { get }
  /// Samples without which it has no value in so many features, where that is known beforehand.
  static func samplesNeeded(featureCount: Int) -> Int?
  /// Measures one set of images.
  ///
  /// - Throws: ``MetricError``, `ImageScoreError`.
  func scores(of images: FeatureComparison) throws -> [Score]
}

extension FeatureMetric {
  public static var roles: Set<SubjectRole> { .generated }
  public static var needsClasses: Bool { false }
  public static func samplesNeeded(featureCount: Int) -> Int? { nil }
}

/// The features of a set of images.
public struct FeatureSet {
  /// `[count, featureCount]`.
  public let features: Tensor
  /// `[count, classes]`, before the softmax.
  public let logits: Tensor?

  public init(features: Tensor, logits: Tensor?) {
    self.features = features
    self.logits = logits
  }

  public var count: Int { features.shape[0] }

  /// At most `count` images, evenly spread over the set.
  public func thinned(to count: Int) -> FeatureSet {
    if count >= self.count { return self }
    let positions = Tensor((0..<count).map { Int64($0 * self.count / count) }).to(on: features.device)
    return FeatureSet(
      features: features.gathered(along: 0, at: positions),
      logits: logits.map { $0.gathered(along: 0, at: positions) })
  }

  /// Images with a feature or logit that is not finite.
  package var brokenRowCount: Int {
    let sums = logits.map { features.sum(along: 1) + $0.sum(along: 1) } ?? features.sum(along: 1)
    return count - Int(sums.isFinite.to(dtype: .float64).sum().item)
  }
}

/// A set of images and the reference, in the features of one extractor.
public final class FeatureComparison {
  /// The images that are scored.
  public let images: FeatureSet
  /// What they are compared with.
  public let reference: FeatureSet
  /// The moments of the reference, taken once for all sets.
  public let referenceMoments: FeatureMoments
  /// What scores in these features are called.
  public let names: FeatureNames
  /// Whether scores of fewer images than the features have dimensions are computed all the same.
  public let allowsFew: Bool
  /// Is told how much is done, of how much, and what.
  public let progress: (Int, Int?, String) -> Void
  private let card: MetricCard
  private let seed: Int
  private var known: ManifoldScores?

  /// Takes both sets' features.
  ///
  /// - Parameters:
  ///   - card: What every card says; the score and its parameters are added.
  ///   - seed: Decides draws, subsets and directions.
  public init(
    of images: FeatureSet, against reference: FeatureSet, _ referenceMoments: FeatureMoments,
    names: FeatureNames, card: MetricCard, seed: Int, allowsFew: Bool,
    progress: @escaping (Int, Int?, String) -> Void = { _, _, _ in }
  ) {
    self.images = images
    self.reference = reference
    self.referenceMoments = referenceMoments
    self.names = names
    self.card = card
    self.seed = seed
    self.allowsFew = allowsFew
    self.progress = progress
  }

  /// As many images of both sets.
  public func ofEqualCounts() -> (images: FeatureSet, reference: FeatureSet) {
    let count = min(images.count, reference.count)
    return (images.thinned(to: count), reference.thinned(to: count))
  }

  /// The card of a score.
  ///
  /// - Parameters:
  ///   - isDrawn: Whether the score depends on draws of its own, so that its seed belongs to it.
  ///   - referenceCount: Images of the reference that took part, where these are not all.
  public func card(
    _ score: String, _ parameters: String? = nil, isDrawn: Bool, referenceCount: Int? = nil
  ) -> MetricCard {
    var card = card
    card.score = score
    card.parameters = parameters
    if let referenceCount { card.referenceCount = referenceCount }
    if !isDrawn, card.sampler == nil { card.seed = nil }
    return card
  }

  /// A stream of the evaluation on the features' device, the same for every run.
  public func generator(_ name: String) -> Generator {
    Generator.evaluation(name, seed: seed, on: images.features.device)
  }

  /// How both sets cover each other, which two metrics ask for.
  func manifold() throws -> ManifoldScores {
    if let known { return known }
    let (images, reference) = ofEqualCounts()
    let scores = try ManifoldScores(of: images.features, reference: reference.features) {
      self.progress(Int($0 * 100), 100, "neighbours")
    }
    known = scores
    return scores
  }
}

extension Generator {
  /// A stream of an evaluation, so that two runs are scored on the same draws.
  package static func evaluation(_ name: String, seed: Int, on device: Device) -> Generator {
    let stream = RandomStream(rawValue: "evaluation.\(name)")
    return Generator(seed: RandomStreams.seed(of: stream, from: UInt64(seed)), device: device)
  }
}
