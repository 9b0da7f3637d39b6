import Metrics
import MoCAProtocols

/// A metric of samples beside the images that the model was trained on, whatever the reference is.
public protocol CopyingMetric: MetricPlugin {
  /// Measures one set of samples.
  ///
  /// - Throws: ``MetricError``, `ImageScoreError`.
  func scores(of samples: CopyingComparison) throws -> (scores: [Score], matches: CopyingMatches)
}

/// Samples and their nearest training images, by their positions and from the nearest on: evaluation draws the first.
public typealias CopyingMatches = [(sample: Int, training: Int)]

/// Samples, the images of the training and images held out from it, in the features of one extractor.
public struct CopyingComparison {
  /// The samples.
  public let samples: FeatureSet
  /// The images of the training.
  public let training: FeatureSet
  /// Images that were held out from it; `nil` where there are none.
  public let heldOut: FeatureSet?
  /// How many were held out and which, in words.
  public let heldOutDescription: String
  /// Is told the share that is done.
  public let progress: (Double) -> Void
  private let suffix: String?
  private let card: MetricCard

  /// Takes the features.
  ///
  /// - Parameters:
  ///   - suffix: What stands behind the names of scores; `nil` for nothing.
  ///   - card: What every card says, the images of the training as its reference.
  public init(
    samples: FeatureSet, training: FeatureSet, heldOut: FeatureSet?, heldOutDescription: String,
    suffix: String?, card: MetricCard, progress: @escaping (Double) -> Void = { _ in }
  ) {
    self.samples = samples
    self.training = training
    self.heldOut = heldOut
    self.heldOutDescription = heldOutDescription
    self.suffix = suffix
    self.card = card
    self.progress = progress
  }

  /// The card of a score.
  public func card(_ score: String, _ parameters: String) -> MetricCard {
    var card = card
    card.score = suffix.map { "\(score)-\($0)" } ?? score
    card.parameters = parameters
    return card
  }
}
