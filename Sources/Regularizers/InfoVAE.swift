import MoCAProtocols

/// InfoVAE: the divergence of each image's posterior, weakened, beside the discrepancy of all codes together
/// (Zhao, Song and Ermon, "InfoVAE", AAAI 2019, arXiv 1706.02262).
///
/// (1 − α) KL(q(z | x) ‖ p), averaged over images, + (α + λ′ − 1) MMD² with the estimator of
/// ``MaximumMeanDiscrepancy``. α = 0, λ′ = 1 is the VAE; α = 1 has no divergence (the MMD-VAE) and then takes
/// any posterior. Pythae's λ′ = 0.03 makes the factor of the discrepancy negative, which is refused here.
public final class InfoVAE: RegularizerPlugin {
  public static let name = "info-vae"
  public static let summary = "weakened divergence plus the discrepancy of all codes (InfoVAE, MMD-VAE)"
  public static let reference = Citation(
    "Zhao et al., InfoVAE: Balancing Learning and Inference in Variational Autoencoders, AAAI 2019",
    url: "https://arxiv.org/abs/1706.02262")
  public static let about = """
    Between the VAE and the Wasserstein autoencoder. The divergence of each image's posterior is weakened by \
    1 − α, so codes keep more about their image; the maximum mean discrepancy of all codes together takes \
    over the match of the prior. With α = 1 only the discrepancy is left and codes differ from those of mmd \
    by the posterior's noise alone. Choose it where the VAE's codes collapse. A memory enlarges the sample \
    of the discrepancy and leaves the divergence as it is.
    """
  public static let formula = """
    penalty = (1 − α) mean KL(q(z | x) ‖ p) + (α + λ′ − 1) MMD²(codes, p)
    """
  public static let defaultPrior: String? = "normal"
  public static let defaultPosterior: String? = "gaussian"
  public static let subject = PenaltySubject.posterior
  public static let takesSamples = true

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight("of both terms"),
      source: "as kl: twice the negative log likelihood of an observation of variance one")
    public var weight: Weight = 2
    @Setting(
      "α: how much of the divergence is taken away", .between(-1000, 1), source: "the default of Pythae")
    public var information = 0.5
    @Setting(
      "λ′: how hard the codes together are matched", .atLeast(0),
      source: "ours: with the weight 2 the discrepancy counts as much as in mmd")
    public var matching = 100.0
    @Setting("kernel of the discrepancy: imq, rbf, energy or laplace", source: "the default of mmd")
    public var kernel = MaximumMeanDiscrepancy.Kernel.imq

    public init() {}

    public func validate() throws {
      if information + matching - 1 < 0 {
        throw ConfigurationError.outOfRange(
          path: "regularizer.matching", found: "\(matching)",
          allowed: "at least 1 − regularizer.information, which is \(1 - information)")
      }
    }
  }

  private let divergenceFactor: Double
  private let discrepancyFactor: Double
  private let discrepancy: MaximumMeanDiscrepancy

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try configuration.validate()
    divergenceFactor = 1 - configuration.information
    discrepancyFactor = configuration.information + configuration.matching - 1
    if divergenceFactor > 0 {
      try context.requireDivergence(
        for: Self.name, wayOut: "set posterior=gaussian with prior=normal, or regularizer.information=1")
    }
    var settings = MaximumMeanDiscrepancy.Configuration()
    settings.kernel = configuration.kernel
    discrepancy = try MaximumMeanDiscrepancy(settings, context: context)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let discrepancy = discrepancy.penalty(in: context).value
    let matching = NamedTensor("discrepancy", discrepancy)
    if divergenceFactor == 0 { return Penalty(discrepancyFactor * discrepancy, diagnostics: [matching]) }
    let divergence = context.meanDivergence(for: Self.name)
    return Penalty(
      divergenceFactor * divergence + discrepancyFactor * discrepancy,
      diagnostics: [NamedTensor("divergence", divergence), matching])
  }
}
