import MoCAProtocols

/// Contrast inside the batch: every code is told from the others by a softmax in which the right answer is
/// the code itself (the part of "SimCLR", Chen, Kornblith, Norouzi and Hinton, ICML 2020, arXiv 2002.05709,
/// that keeps images apart, without views).
///
/// The mean over the batch; on the sphere z·z = 1, so that only the negatives pull. Among the few negatives
/// of a batch a τ below the authors' 0.5, MoCA's 0.1 too, leaves no gradient near uniformity.
public final class InBatchContrast: RegularizerPlugin {
  public static let name = "in-batch-contrast"
  public static let summary = "contrast with the other codes of the batch, the code itself as positive"
  public static let reference = Citation(
    "Chen et al., A Simple Framework for Contrastive Learning of Visual Representations, ICML 2020",
    url: "https://arxiv.org/abs/2002.05709")
  public static let about = """
    Each code is told from the other codes of the batch, and from a memory's where there is one; the code \
    itself is the right answer. Both sides of a pair are pulled, and there is no second encoder. It is the \
    control for MoCA: what is left of momentum contrast without momentum and queue. Choose it to see what \
    these two add. Known limit: a batch has few negatives, so at small temperatures and in many dimensions \
    the pull fades before uniformity is reached, as with moca; a run warns of such settings.
    """
  public static let formula = """
    mean over codes z of −log( exp(z·z/τ) / (exp(z·z/τ) + Σ exp(z·z′/τ) + Σⱼ exp(z·qⱼ/τ)) )
    z′: the other codes of the batch; qⱼ: the memory's codes
    at uniformity: L* = log(1 + K M(1/τ) exp(−1/τ)) with K negatives
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the negatives are the rest of the batch, and the loss grows like log(1 + K c) in their number K"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: within a factor of two as hard a pull on a shifted cloud as moca's")
    public var weight: Weight = 20
    @Setting("temperature τ of the softmax", .above(0), source: "the authors' code for CIFAR-10")
    public var temperature = 0.5

    public init() {}
  }

  public let warnings: [String]
  private let temperature: Double
  private let optimum: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "makes codes uniform on the unit sphere")
    try context.requirePairs(for: Self.name)
    temperature = configuration.temperature
    let (dimension, count) = (context.prior.latentSize, context.batchSize - 1 + context.populationSize)
    optimum = UnitSphere.contrastiveOptimum(
      dimension: dimension, temperature: temperature, negativeCount: count)
    warnings = ContrastiveGate(dimension: dimension, temperature: temperature, negativeCount: count)
      .warnings(for: Self.name)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    // [batch, batch + population], the code itself on the diagonal
    let logits = context.latents.matmul(context.compared.transposed()) / temperature
    let losses = logits.logSumExp(along: 1) - logits.diagonal()
    let loss = losses.mean().scalingGradient(by: context.pairGradientFactor)
    return Penalty(
      loss,
      diagnostics: [
        NamedTensor("gapToUniform", loss.detached() - optimum),
        NamedTensor("negativeMass", 1 - (-losses.detached()).exp().mean()),
      ])
  }
}
