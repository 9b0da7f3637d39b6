import Foundation
import MoCAProtocols

/// MoCA: momentum contrast makes the codes uniform on the unit sphere (Arpit, Bhatnagar, Wang and Xiong,
/// "Momentum Contrastive Autoencoder", arXiv 2110.10303).
///
/// −log( exp(z·k/τ) / (exp(z·k/τ) + Σⱼ exp(z·qⱼ/τ)) ), averaged over the batch, where k is the momentum encoder's
/// key of the same image and qⱼ are the queue's keys. Without a queue the other codes of the batch are the
/// negatives. No augmentation: the term keeps images apart, and the sphere of unit norm does the rest.
///
/// The details beyond the paper's abstract are our reading: the same image gives code and key, keys are enqueued after
/// the step. τ = 0.1 and λ = 10 are ours too: at d = 128 and K = 16,384 the loss still has gradient near uniformity at
/// this τ, which smaller ones lose, and at this λ it pulls 0.4 to 0.5 times as hard as the reconstruction in the first
/// 200 steps on CIFAR-10 (`gradientRatio` in `metrics.jsonl`, with `Configurations/cifar10-narrow.yaml`).
/// The loss at exact uniformity is known in closed form
/// (``UnitSphere/contrastiveOptimum(dimension:temperature:negativeCount:)``); the distance to it is logged as
/// `gapToUniform`, the softmax's mass on the negatives as `negativeMass`.
public final class MomentumContrast: RegularizerPlugin {
  public static let name = "moca"
  public static let summary = "momentum contrast: codes repel a queue of keys on the sphere (MoCA)"
  public static let reference = Citation(
    "Arpit et al., Momentum Contrastive Autoencoder, 2021", url: "https://arxiv.org/abs/2110.10303")
  public static let defaultMemory = "momentum-queue"

  /// The settings.
  public struct Configuration: RegularizerConfiguration {
    @Setting("λ beside the summed squared error of images in [0, 1]", .atLeast(0)) public var weight = 10.0
    @Setting("temperature τ of the softmax", .above(0)) public var temperature = 0.1

    public init() {}
  }

  private let temperature: Double
  private let optimum: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    if context.prior.geometry != .sphere {
      throw ConfigurationError.incompatible(
        "the regularizer \"moca\" makes codes uniform on the unit sphere and cannot match this prior; "
          + "set prior=hypersphere, or choose another regularizer")
    }
    temperature = configuration.temperature
    optimum = UnitSphere.contrastiveOptimum(
      dimension: context.prior.latentSize, temperature: temperature,
      negativeCount: context.populationSize > 0 ? context.populationSize : max(1, context.batchSize - 1))
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let latents = context.latents
    let positives = (latents * context.recollection.keys).sum(along: 1, keepsDimensions: true) / temperature
    let logits = Tensor.concatenated([positives, negatives(in: context)], along: 1)
    let losses = logits.logSumExp(along: 1, keepsDimensions: true) - positives
    let loss = losses.mean()
    return Penalty(
      loss,
      diagnostics: [
        NamedTensor("gapToUniform", loss.detached() - optimum),
        NamedTensor("negativeMass", 1 - (-losses.detached()).exp().mean()),
      ])
  }

  /// `[batch, negatives]` similarities over the temperature.
  private func negatives(in context: RegularizationContext) -> Tensor {
    let latents = context.latents
    if let population = context.recollection.population {
      return latents.matmul(population.transposed()) / temperature
    }
    let own = Tensor.identity(latents.shape[0], dtype: .bool, on: latents.device)
    return (latents.matmul(latents.transposed()) / temperature).filled(where: own, with: -.infinity)
  }
}
