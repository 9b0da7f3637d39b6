import MoCAProtocols

/// KoLeo: the Kozachenko-Leonenko estimate of the codes' entropy, from the distance of each code to its
/// nearest neighbour (Sablayrolles, Douze, Schmid and Jégou, "Spreading Vectors for Similarity Search", ICLR
/// 2019, arXiv 1806.03198; used in DINOv2).
///
/// −mean over codes of log |z − nearest(z)|, where the nearest is looked for among the batch and the memory's
/// population. It is computed as ½ log(|z − z′|² + 1e-8), so that two equal codes are finite; they exert no
/// pull on each other.
public final class KoLeo: RegularizerPlugin {
  public static let name = "koleo"
  public static let summary = "log distance to the nearest neighbour: an entropy estimate (KoLeo)"
  public static let reference = Citation(
    "Sablayrolles et al., Spreading Vectors for Similarity Search, ICLR 2019",
    url: "https://arxiv.org/abs/1806.03198")
  public static let about = """
    Each code is pushed away from its nearest neighbour only. The mean logarithm of these distances \
    estimates the entropy of the codes, which on the sphere is largest where they are uniform. It is the \
    most local of the methods: it sees neighbours that kernels of a fixed width do not tell apart. Choose \
    it against clumps of codes, alone or to compare. Known limits: codes pushed apart end more regular than \
    independent draws; a lopsided cloud of well separated codes is mended slowly, and on the circle hardly \
    at all; exactly equal codes do not move each other; the value depends on the number of codes.
    """
  public static let formula = "−mean over codes z of log( min over z′ ≠ z of |z − z′| )"
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize: "the nearest of more codes is nearer: the value grows like log(N) / (d − 1)",
    .freePoints:
      "only nearest neighbours repel, and in few dimensions none can pass another, so that a lopsided cloud is evened "
      + "out too slowly: after 1,000 steps the sliced Wasserstein score of 1,024 codes is 0.40 (band 0.004) for d = 2 "
      + "and 0.061 (band 0.002) for d = 3; for d = 16 and 64 they arrive in 225 and 175 steps",
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: within a factor of two as hard a pull on a shifted cloud as moca's")
    public var weight: Weight = 10

    public init() {}
  }

  /// The square of the distance below which distances do not count.
  private static let floor = 1e-8

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "spreads codes over the unit sphere")
    try context.requirePairs(for: Self.name)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let (codes, others) = (context.latents, context.compared)
    let nearest = withoutGradients {
      codes.matmul(others.transposed())  // [batch, batch + population]
        .filled(where: codes.ownColumns(of: others), with: -.infinity).argumentOfMaximum(along: 1)
    }
    let squared = (codes - others.gathered(along: 0, at: nearest)).squared().sum(along: 1)
    let loss = (squared + Self.floor).log().mean() * -0.5
    return Penalty(
      loss.scalingGradient(by: context.pairGradientFactor),
      diagnostics: [NamedTensor("nearestDistance", squared.detached().squareRoot().mean())])
  }
}
