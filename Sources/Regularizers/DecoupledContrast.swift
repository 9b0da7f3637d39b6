import Foundation
import MoCAProtocols

/// Decoupled contrast: the contrastive loss without the positive in its denominator (Yeh, Hong, Hsu, Liu,
/// Chen and LeCun, "Decoupled Contrastive Learning", ECCV 2022, arXiv 2110.06848).
///
/// The mean over the batch of −z·k/τ + log( mean over j of exp(z·qⱼ/τ) ); without a queue the qⱼ are the
/// other codes of the batch. The authors sum where this takes the mean, a constant for the codes, so that the
/// value does not grow with the queue. The distance to the value at uniformity is logged as `gapToUniform`.
public final class DecoupledContrast: RegularizerPlugin {
  public static let name = "decoupled-contrast"
  public static let summary = "momentum contrast without the positive in the denominator (DCL)"
  public static let reference = Citation(
    "Yeh et al., Decoupled Contrastive Learning, ECCV 2022", url: "https://arxiv.org/abs/2110.06848")
  public static let defaultMemory = "momentum-queue"
  public static let about = """
    Momentum contrast whose positive does not stand in the denominator. The pull of the negatives is then \
    not multiplied by the softmax's mass on them, which is what makes moca fade near uniformity at small \
    temperatures and in many dimensions. Choose it where a run warns that moca has no gradient left. The \
    value at uniformity is known, and the distance to it is logged. Known limit: at small temperatures only \
    the few nearest keys count, so that the mean over the queue is noisy and its logarithm lies a little \
    below that of the expectation.
    """
  public static let formula = """
    mean over codes z of −z·k/τ + log( meanⱼ exp(z·qⱼ/τ) )
    k: the momentum key of the same image; qⱼ: the keys in the queue
    at uniformity: log M(1/τ) − 1/τ, M(κ) = E exp(κ u) for a coordinate u of a uniform point
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "without a queue the logarithm of the mean over the rest of the batch rises with its size (Jensen)"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: moca's, to compare with")
    public var weight: Weight = 10
    @Setting("temperature τ", .above(0), source: "the default of the loss in the lightly library")
    public var temperature = 0.1

    public init() {}
  }

  private let temperature: Double
  private let optimum: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "makes codes uniform on the unit sphere")
    try context.requirePairs(for: Self.name)
    temperature = configuration.temperature
    optimum = UnitSphere.logMoment(1 / temperature, dimension: context.prior.latentSize) - 1 / temperature
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let positives = (context.latents * context.recollection.keys).sum(along: 1) / temperature
    let count = context.recollection.population?.shape[0] ?? max(1, context.latents.shape[0] - 1)
    let negatives = context.negativeLogits(temperature: temperature).logSumExp(along: 1) - log(Double(count))
    let loss = (negatives - positives).mean()
    return Penalty(loss, diagnostics: [NamedTensor("gapToUniform", loss.detached() - optimum)])
  }
}
