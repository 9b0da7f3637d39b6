import Foundation
import MoCAProtocols

/// Uniformity on the sphere (Wang and Isola, "Understanding Contrastive Representation Learning through
/// Alignment and Uniformity on the Hypersphere", ICML 2020, arXiv 2005.10242).
///
/// The logarithm of the mean Gaussian kernel over pairs of codes, without pairs of a point with itself: log(
/// MMD² + exp(−2t) M(2t) ), where MMD² is what `mmd` measures with the kernel exp(−t |x − y|²) against the
/// uniform distribution itself. The distance to its value at uniformity is logged as `gapToUniform`.
public final class Uniformity: RegularizerPlugin {
  public static let name = "uniformity"
  public static let summary = "log mean Gaussian kernel between codes (Wang and Isola)"
  public static let reference = Citation(
    "Wang and Isola, Alignment and Uniformity on the Hypersphere, ICML 2020",
    url: "https://arxiv.org/abs/2005.10242")
  public static let about = """
    The logarithm of the mean Gaussian kernel over all pairs of codes. It needs no draw of the prior, no \
    positive and no second network, and its value at exact uniformity is known. It is the logarithm of an \
    analytic maximum mean discrepancy plus a constant, so it keeps its slope where the discrepancy itself \
    flattens. Choose it as the simplest method that spreads codes over the sphere. Known limit: in many \
    dimensions nearly all pairs are equally far apart, so the kernel sees the mean and the second moments \
    of the codes best and fine structure less.
    """
  public static let formula = """
    log( mean over pairs z ≠ z′ of exp(−t |z − z′|²) )
    at uniformity: log M(2t) − 2t, M(κ) = E exp(κ u) for a coordinate u of a uniform point
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize: "the logarithm of a mean over pairs rises with their number (Jensen)"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: within a factor of two as hard a pull on a shifted cloud as moca's")
    public var weight: Weight = 10
    @Setting("sharpness t of the kernel", .above(0), source: "the paper and the authors' code")
    public var sharpness = 2.0

    public init() {}
  }

  private let sharpness: Double
  private let optimum: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try context.requireSphere(for: Self.name, which: "spreads codes over the unit sphere")
    try context.requirePairs(for: Self.name)
    sharpness = configuration.sharpness
    optimum = UnitSphere.logMoment(2 * sharpness, dimension: context.prior.latentSize) - 2 * sharpness
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let (codes, others) = (context.latents, context.compared.detached())
    // [batch, batch + population]
    let exponents = (codes.squaredDistances(to: others) * -sharpness)
      .filled(where: codes.ownColumns(of: others), with: -.infinity)
    let pairs = Double(codes.shape[0] * (others.shape[0] - 1))
    let loss = exponents.logSumExp(along: 0, 1) - log(pairs)
    // Only the first point of a pair is live; twice its gradient is the gradient of both.
    return Penalty(
      loss.scalingGradient(by: 2), diagnostics: [NamedTensor("gapToUniform", loss.detached() - optimum)])
  }
}
