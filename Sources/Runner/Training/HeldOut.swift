import Datasets
import Metrics
import MoCAProtocols

/// Scores on images that are not trained on. None depends on the regularizer.
public struct HeldOutScores: Sendable {
  /// Sum of squared errors of an image in [0, 1], averaged over the images.
  public let reconstruction: Double
  /// How well the codes match the prior.
  public let latentMatch: LatentMatch
  /// Images looked at.
  public let imageCount: Int

  /// The scores as they stand in `metrics.jsonl`.
  var metrics: [(String, Double)] {
    [MetricKey.heldOutReconstruction.of(reconstruction)]
      + latentMatch.scores.flatMap { score in
        let keys = MetricKey.heldOut(score.measure)
        return [keys.value.of(score.value), keys.null.of(score.null)]
      }
  }
}

/// Evaluates a model on held-out images, the same ones each time.
package struct HeldOutEvaluation {
  let images: PackedImages
  let indices: [Int]
  let batchSize: Int
  let seed: UInt64

  /// At most so many images take part, evenly spread over the split.
  package static let imageLimit = 2000

  func scores(of model: Autoencoder, on device: Device) -> HeldOutScores? {
    let chosen = Split.spread(indices, limit: Self.imageLimit)
    if chosen.count < 2 { return nil }
    let batches = ImageBatch(shape: images.shape, device: device)
    let generator = Generator(seed: RandomStreams.seed(of: .sampling, from: seed), device: device)
    return model.evaluating {
      var (codes, error): ([Tensor], Tensor) = ([], .scalar(0, on: device))
      for start in stride(from: 0, to: chosen.count, by: batchSize) {
        let part = Array(chosen[start..<min(start + batchSize, chosen.count)])
        let batch = batches.tensor(gather(images, indices: part))
        let features = model.encoder.encode(batch).to(dtype: .float32)
        let latents = model.prior.project(model.posterior.mode(of: features))
        error = error + (batch - model.decode(latents)).squared().sum()
        // What should follow the prior are draws, not the most likely codes.
        codes.append(model.prior.project(model.posterior.sample(from: features, using: generator)))
      }
      return HeldOutScores(
        reconstruction: error.item / Double(chosen.count),
        latentMatch: LatentMatch(of: .concatenated(codes), against: model.prior, using: generator),
        imageCount: chosen.count)
    }
  }
}
