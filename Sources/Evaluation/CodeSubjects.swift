import Datasets
import Metrics
import MoCAProtocols
import Runner
import Scoring

/// Scores of codes: against the prior, through the decoder and back, and with labels.
final class CodeSubjects {
  private let evaluation: RunEvaluation
  private let data: DataSource
  private(set) var notes: [String] = []

  /// Codes of held-out images that are compared with the prior, at most.
  static let codeLimit = 10_000
  /// Codes of training images that probes learn from, at most.
  static let probeLimit = 20_000

  private var plan: EvaluationPlan { evaluation.plan }
  private var model: TrainedModel { evaluation.model }

  init(_ evaluation: RunEvaluation, data: DataSource) {
    self.evaluation = evaluation
    self.data = data
  }

  func scores() throws -> [SubjectScores] {
    try plan.codeMetrics.compactMap { metric in
      let name = type(of: metric).name
      do {
        return try metric.scores(of: codes(for: name))
      } catch let error as any CustomStringConvertible & Error where plan.metrics.isEmpty {
        notes.append("\(name) was left out: \(error)")
        return nil
      } catch let error as MetricError {
        throw EvaluationError(error)
      }
    }
  }

  private lazy var heldOutDigest = data.images.digest(of: heldOut)

  private var heldOut: [Int] { Split.spread(data.split.heldOut, limit: Self.codeLimit) }

  /// Draws of the posterior for held-out images: what should follow the prior.
  private func heldOutCodes() -> Tensor {
    model.codes(of: data.images, indices: heldOut, drawing: evaluation.generator("posterior"))
  }

  private func codes(for metric: String) -> ScoredCodes {
    let networks = model.model
    let training = Split.spread(data.split.training, limit: Self.probeLimit)
    let source = ScoredCodes.Source(
      metric: metric, dataset: evaluation.datasetName, hasLabels: data.images.labels != nil,
      heldOutCount: heldOut.count, heldOut: heldOutCodes,
      labelled: { (try self.labelled(training), try self.labelled(self.heldOut)) },
      trainingDigest: { self.data.images.digest(of: training) }, card: card, seed: plan.seed,
      device: model.device)
    return ScoredCodes(
      prior: networks.prior, decode: networks.decode, encode: networks.encode, source: source,
      progress: evaluation.progress)
  }

  private func labelled(_ indices: [Int]) throws -> LabelledCodes {
    let labels = data.images.labels.map { labels in indices.map { labels[$0] } } ?? []
    return try LabelledCodes(codes: model.codes(of: data.images, indices: indices), labels: labels)
  }

  /// What every card says; the score, its count and its parameters are added.
  private var card: MetricCard {
    var card = MetricCard(
      score: "", subject: "", count: 0, arithmetic: "float32 codes, float64 scores", seed: plan.seed,
      device: model.device, version: RunRecord.program)
    card.subjectDigest = heldOutDigest
    card.reference = "prior \(evaluation.priorDescription), \(model.model.prior.latentSize) dimensions"
    return card
  }
}
