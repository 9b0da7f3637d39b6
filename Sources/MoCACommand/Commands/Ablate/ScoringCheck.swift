import Ablation
import Evaluation
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Scoring
import Terminal

/// Whether the cells of a matrix can be scored as it asks, found out before hours of training and not after them.
struct ScoringCheck {
  let catalogs: Catalogs
  let device: Device

  /// The request, without those of the standard metrics that its images do not allow.
  ///
  /// - Throws: `EvaluationError` for a metric that was asked for and cannot be measured.
  func checked(_ request: AblationRequest, for matrix: AblationMatrix) throws -> AblationRequest {
    var request = request
    for sampler in request.scoring.samplers where sampler != "all" {
      _ = try catalogs.samplers.entry(named: sampler)
    }
    do {
      _ = try EvaluateCommand.parse(["run"] + request.scoring.arguments)
    } catch {
      throw Failure(
        .usage,
        "ablation.arguments are not understood by moca evaluate: \(EvaluateCommand.message(for: error))")
    }
    let names = catalogs.extractors.names
    let metrics = try request.scoring.metrics.map {
      ($0, try MetricChoice($0, metrics: catalogs.metrics, extractors: names))
    }
    // Weights and settings that the file hands on to `moca evaluate` are known there only.
    if !request.scoring.arguments.isEmpty { return request }
    var refused: [String: String] = [:]
    // One cell for each shape of images, size of latents and number of held-out images.
    let kinds = matrix.cells.uniqued { cell -> [AnyHashable] in
      [cell.imageShape, cell.experiment.latent.size, cell.heldOutCount]
    }
    for planned in kinds {
      for (name, metric) in metrics where refused[name] == nil {
        do {
          if let reason = try refusal(of: metric, planned, samples: request.scoring.samples) {
            refused[name] = reason
          }
        } catch let error as EvaluationError where !request.choosesMetrics {
          refused[name] = error.message
        }
      }
    }
    for (name, reason) in refused.sorted(by: { $0.key < $1.key }) {
      if request.choosesMetrics { throw EvaluationError.notApplicable(score: name, reason: reason) }
      Console.warning("cells are not scored by \(name): \(reason)")
    }
    request.scoring.metrics.removeAll { refused[$0] != nil }
    return request
  }

  private func refusal(
    of metric: MetricChoice, _ planned: AblationMatrix.Planned, samples: Int
  ) throws -> String? {
    let needed = metric.type.heldOutNeeded(latentSize: planned.experiment.latent.size)
    if planned.heldOutCount < needed {
      return needed == 1
        ? "no images are held out; raise dataset.holdout"
        : "it needs \(needed) held-out images, there are \(planned.heldOutCount); raise dataset.holdout"
    }
    guard let type = metric.type as? any FeatureMetric.Type, type.samplesNeeded(featureCount: 1) != nil else {
      return nil
    }
    let choice = ExtractorChoice(names: [], metrics: [metric], weights: [:], settings: [:], batchSize: 64)
    let (sources, notes) = try choice.sources(for: planned.imageShape, on: device)
    if sources.isEmpty {
      return "no extractor takes images of \(planned.imageShape) whose weights are here"
        + notes.map { "; \($0)" }.joined()
    }
    guard let largest = sources.max(by: { $0.featureCount < $1.featureCount }),
      let needed = type.samplesNeeded(featureCount: largest.featureCount), needed > samples
    else { return nil }
    return
      "\(largest.names.frechet) has \(largest.featureCount) features and needs more samples than \(samples); "
      + "raise --samples, or name another with --metric fd-NAME"
  }
}
