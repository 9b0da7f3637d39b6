import Metrics
import MoCAProtocols

/// A metric of a run's codes: against the prior, with their labels, or through its networks.
public protocol CodeMetric: MetricPlugin {
  /// Measures the codes of one run.
  ///
  /// - Throws: ``MetricError``, `CodeError`.
  func scores(of codes: ScoredCodes) throws -> SubjectScores
}

/// The codes of a run that are scored, its prior and its networks.
public struct ScoredCodes {
  /// The distribution that the codes should follow.
  public let prior: any Prior
  /// `[batch, latentSize]` to images.
  public let decode: (Tensor) -> Tensor
  /// Images to `[batch, latentSize]` on the prior's support.
  public let encode: (Tensor) -> Tensor
  /// Is told how much is done, of how much, and what.
  public let progress: (Int, Int?, String) -> Void
  private let source: Source

  /// Where codes come from, and what cards say of them.
  package struct Source {
    package let metric: String
    package let dataset: String
    package let hasLabels: Bool
    package let heldOutCount: Int
    /// Draws of the posterior for held-out images.
    package let heldOut: () -> Tensor
    /// The codes of training images and of held-out images with their labels.
    package let labelled: () throws -> (training: LabelledCodes, heldOut: LabelledCodes)
    package let trainingDigest: () -> String
    package let card: MetricCard
    package let seed: Int
    package let device: Device

    package init(
      metric: String, dataset: String, hasLabels: Bool, heldOutCount: Int, heldOut: @escaping () -> Tensor,
      labelled: @escaping () throws -> (training: LabelledCodes, heldOut: LabelledCodes),
      trainingDigest: @escaping () -> String, card: MetricCard, seed: Int, device: Device
    ) {
      self.metric = metric
      self.dataset = dataset
      self.hasLabels = hasLabels
      self.heldOutCount = heldOutCount
      self.heldOut = heldOut
      self.labelled = labelled
      self.trainingDigest = trainingDigest
      self.card = card
      self.seed = seed
      self.device = device
    }
  }

  package init(
    prior: any Prior, decode: @escaping (Tensor) -> Tensor, encode: @escaping (Tensor) -> Tensor,
    source: Source, progress: @escaping (Int, Int?, String) -> Void = { _, _, _ in }
  ) {
    self.prior = prior
    self.decode = decode
    self.encode = encode
    self.source = source
    self.progress = progress
  }

  /// Draws of the posterior for held-out images: what should follow the prior; `[count, latentSize]`.
  ///
  /// - Throws: ``MetricError/notApplicable(score:reason:)`` where no images were held out.
  public func heldOut() throws -> Tensor {
    try needHeldOut()
    return source.heldOut()
  }

  /// The likeliest codes of training images and of held-out images, with their labels.
  ///
  /// - Throws: ``MetricError/notApplicable(score:reason:)`` where there are no labels or no held-out images.
  public func labelled() throws -> (training: LabelledCodes, heldOut: LabelledCodes) {
    if !source.hasLabels {
      throw MetricError.notApplicable(
        score: source.metric, reason: "the dataset \(source.dataset) has no labels")
    }
    try needHeldOut()
    return try source.labelled()
  }

  private func needHeldOut() throws {
    if source.heldOutCount == 0 {
      throw MetricError.notApplicable(
        score: source.metric, reason: "no images were held out from this run (dataset.holdout)")
    }
  }

  /// A stream of the evaluation, the same for every run.
  public func generator(_ name: String) -> Generator {
    Generator.evaluation(name, seed: source.seed, on: source.device)
  }

  /// The card of a score against the prior.
  public func card(
    _ score: String, subject: String = "codes of held-out images", count: Int, _ parameters: String
  ) -> MetricCard {
    var card = source.card
    card.score = score
    card.subject = subject
    card.count = count
    card.parameters = parameters
    return card
  }

  /// The card of a score of labelled codes, without draws: its reference are the labels of `trainingCount` codes.
  public func card(_ score: String, count: Int, trainingCount: Int, _ parameters: String) -> MetricCard {
    var card = card(score, count: count, parameters)
    card.reference = "labels of \(source.dataset)"
    card.referenceDigest = source.trainingDigest()
    card.referenceCount = trainingCount
    card.seed = nil
    return card
  }
}
