import Datasets
import Metrics
import MoCAProtocols
import Runner

/// Scores of codes: against the prior, through the decoder and back, and with labels.
final class CodeSubjects {
  private let evaluation: RunEvaluation
  private let data: DataSource
  private(set) var notes: [String] = []

  /// Codes of held-out images that are compared with the prior, at most.
  static let codeLimit = 10_000
  /// Draws of the prior that are decoded and encoded again.
  static let holeCount = 2_000
  /// Codes of training images that probes learn from, at most.
  static let probeLimit = 20_000

  private var plan: EvaluationPlan { evaluation.plan }
  private var model: TrainedModel { evaluation.model }

  init(_ evaluation: RunEvaluation, data: DataSource) {
    self.evaluation = evaluation
    self.data = data
  }

  func scores() throws -> [SubjectScores] {
    let kinds: [(Metric.Kind, () throws -> SubjectScores?)] = [
      (.latent, latentMatch), (.priorHoles, priorHoles), (.codes, probes),
    ]
    return try kinds.compactMap { kind, measure in
      guard plan.includes(kind) else { return nil }
      do {
        return try measure()
      } catch let error as any CustomStringConvertible & Error where plan.metrics.isEmpty {
        notes.append("\(kind.rawValue) was left out: \(error)")
        return nil
      }
    }
  }

  private lazy var heldOutDigest = data.images.digest(of: heldOut)

  private var heldOut: [Int] { Split.spread(data.split.heldOut, limit: Self.codeLimit) }

  /// Draws of the posterior for held-out images: what should follow the prior.
  private func heldOutCodes() -> Tensor {
    model.codes(of: data.images, indices: heldOut, drawing: evaluation.generator("posterior"))
  }

  private func latentMatch() throws -> SubjectScores? {
    try needHeldOut(.latent)
    let codes = heldOutCodes()
    let match = try LatentEvaluation(
      of: codes, against: model.model.prior, using: evaluation.generator("latent")
    ) {
      evaluation.progress($0, $1, "held-out codes against the prior")
    }
    let scores = match.scores.map { score in
      var details = [
        "nullMedian": score.nullMedian, "nullUpper": score.upper, "probability": score.probability,
      ]
      details["nullLower"] = score.lower
      details["asymptoticProbability"] = score.asymptoticProbability
      return Score(
        score.value, details: details,
        card: card(
          score.name, count: score.codeCount, parameters: "\(score.nullCount) null values; \(score.unit)"))
    }
    return SubjectScores(subject: "codes against the prior", count: match.codeCount, scores: scores)
  }

  /// Draws of the prior, decoded and encoded again, beside held-out codes on the same way.
  private func priorHoles() throws -> SubjectScores? {
    try needHeldOut(.priorHoles)
    let networks = model.model
    let holes = try PriorHoles(
      prior: networks.prior, decode: networks.decode, encode: networks.encode, count: Self.holeCount,
      heldOutCodes: heldOutCodes(), using: evaluation.generator("holes"))
    let parameters = "\(holes.draws.count) draws, \(holes.codes.count) held-out codes"
    let subject = "draws of the prior"
    let values = [
      ("drift of draws", holes.draws.median, "median; " + parameters),
      ("drift of codes", holes.codes.median, "median; " + parameters),
      ("drift ratio", holes.ratio, "of the medians; near 1 without holes"),
    ]
    let share = Score(
      holes.excess,
      details: [
        "nullMedian": holes.nullMedian, "nullUpper": holes.nullUpper, "probability": holes.probability,
      ],
      card: card(
        "share in holes", subject: subject, count: holes.draws.count,
        parameters: "draws that drift more than 95 % of held-out codes; \(PriorHoles.nullCount) shuffles; "
          + parameters))
    return SubjectScores(
      subject: "the prior, decoded and encoded again", count: holes.draws.count,
      scores: values.map { name, value, parameters in
        Score(value, card: card(name, subject: subject, count: holes.draws.count, parameters: parameters))
      } + [share])
  }

  /// What held-out codes say about their labels to probes of the training codes.
  private func probes() throws -> SubjectScores? {
    guard data.images.labels != nil else {
      throw EvaluationError.notApplicable(
        score: "codes", reason: "the dataset \(evaluation.datasetName) has no labels")
    }
    try needHeldOut(.codes)
    let training = Split.spread(data.split.training, limit: Self.probeLimit)
    let (train, test) = (try labelled(training), try labelled(heldOut))
    let metric = CodeMetric(for: model.model.prior.geometry)
    let neighbours = min(10, training.count)
    let size = "\(training.count) training codes, \(heldOut.count) held-out codes"
    let values = [
      (
        "k-nearest-neighbour accuracy",
        try nearestNeighbourAccuracy(train: train, test: test, neighbours: neighbours, metric: metric),
        "k=\(neighbours), \(metric.rawValue); \(size)"
      ),
      (
        "linear-probe accuracy", try linearProbeAccuracy(train: train, test: test),
        "logistic regression on standardised codes, C=1; \(size)"
      ),
    ]
    return SubjectScores(
      subject: "codes and labels", count: heldOut.count,
      scores: values.map { name, value, parameters in
        var card = card(name, count: heldOut.count, parameters: parameters)
        card.reference = "labels of \(evaluation.datasetName)"
        card.referenceDigest = data.images.digest(of: training)
        card.referenceCount = training.count
        card.seed = nil
        return Score(value, card: card)
      })
  }

  private func labelled(_ indices: [Int]) throws -> LabelledCodes {
    let labels = data.images.labels.map { labels in indices.map { labels[$0] } } ?? []
    return try LabelledCodes(codes: model.codes(of: data.images, indices: indices), labels: labels)
  }

  private func card(
    _ score: String, subject: String = "codes of held-out images", count: Int, parameters: String
  ) -> MetricCard {
    var card = MetricCard(
      score: score, subject: subject, count: count, arithmetic: "float32 codes, float64 scores",
      parameters: parameters, seed: plan.seed, device: model.device)
    card.subjectDigest = heldOutDigest
    card.reference = "prior \(evaluation.priorDescription), \(model.model.prior.latentSize) dimensions"
    return card
  }

  private func needHeldOut(_ kind: Metric.Kind) throws {
    if heldOut.isEmpty {
      throw EvaluationError.notApplicable(
        score: kind.rawValue, reason: "no images were held out from this run (dataset.holdout)")
    }
  }
}
