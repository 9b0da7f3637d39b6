import MoCAProtocols

/// MoCA: momentum contrast makes the codes uniform on the unit sphere (Arpit, Bhatnagar, Wang and Xiong,
/// "Momentum Contrastive Autoencoder", arXiv 2110.10303).
///
/// The mean over the batch of −log( exp(z·k/τ) / (exp(z·k/τ) + Σⱼ exp(z·qⱼ/τ)) ). Without a queue the other
/// codes of the batch are the negatives. Our reading of what the abstract leaves open: the same image gives
/// code and key, without augmentation, and keys are enqueued after the step. Logged are the distance to the
/// loss at exact uniformity, known in closed form (`UnitSphere.contrastiveOptimum`), as `gapToUniform`, and
/// the softmax's mass on the negatives as `negativeMass`.
public final class MomentumContrast: RegularizerPlugin {
  public static let name = "moca"
  public static let summary = "momentum contrast: codes repel a queue of keys on the sphere (MoCA)"
  public static let reference = Citation(
    "Arpit et al., Momentum Contrastive Autoencoder, 2021", url: "https://arxiv.org/abs/2110.10303")
  public static let defaultMemory = "momentum-queue"
  public static let about = """
    Each code is told from a queue of keys of other images, made by a slowly moving copy of the encoder, \
    while its own image's key is the right answer. On the unit sphere this spreads the codes evenly. No \
    draw of the prior and no augmentation is needed, and the queue gives many more negatives than a batch. \
    Choose it to reproduce MoCA. Known limit: the pull is multiplied by the softmax's mass on the \
    negatives, which vanishes near uniformity where log K + 1/(2dτ²) lies well below 1/τ; then codes are \
    only kept from coming very near each other, and uniformity is not reached. A run warns of such \
    settings. The temperature, the queue's size, the dimension and the weight act together and are not to \
    be swept one at a time. The paper's details beyond its abstract are this project's reading.
    """
  public static let formula = """
    mean over codes z of −log( exp(z·k/τ) / (exp(z·k/τ) + Σⱼ exp(z·qⱼ/τ)) )
    k: the momentum key of the same image; qⱼ: the keys in the queue
    at uniformity: L* = log(1 + K M(1/τ) exp(−1/τ)), M(κ) = E exp(κ u) for a coordinate u of a uniform point
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "without a queue the negatives are the rest of the batch, and the loss grows like log(1 + K c) in "
      + "their number K"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source:
        "ours: 0.4 to 0.5 of the reconstruction's pull in the first 200 steps of Configurations/cifar10-narrow.yaml"
    )
    public var weight: Weight = 10
    @Setting(
      "temperature τ of the softmax", .above(0),
      source: "ours: with 16,384 keys in 128 dimensions the loss still has gradient near uniformity")
    public var temperature = 0.1

    public init() {}
  }

  public let warnings: [String]
  private let temperature: Double
  private let optimum: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "makes codes uniform on the unit sphere")
    temperature = configuration.temperature
    let dimension = context.prior.latentSize
    optimum = UnitSphere.contrastiveOptimum(
      dimension: dimension, temperature: temperature, negativeCount: context.negativeCount)
    warnings = ContrastiveGate(
      dimension: dimension, temperature: temperature, negativeCount: context.negativeCount
    ).warnings(for: Self.name)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let positives = (context.latents * context.recollection.keys).sum(along: 1) / temperature
    let negatives = context.negativeLogits(temperature: temperature).logSumExp(along: 1)
    // log(eᵖ + eⁿ) − p
    let losses = (negatives - positives).softplus()
    let loss = losses.mean()
    return Penalty(
      loss,
      diagnostics: [
        NamedTensor("gapToUniform", loss.detached() - optimum),
        NamedTensor("negativeMass", 1 - (-losses.detached()).exp().mean()),
      ])
  }
}
