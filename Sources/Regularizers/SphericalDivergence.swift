import MoCAProtocols

/// The hyperspherical variational autoencoder: the divergence of each image's distribution on the sphere from
/// the uniform one (Davidson, Falorsi, De Cao, Kipf and Tomczak, UAI 2018).
///
/// The mean over images, in nats, in closed form; it depends on the concentrations alone. λ = 2β, as for
/// ``KullbackLeibler``.
public final class SphericalDivergence: RegularizerPlugin {
  public static let name = "vmf-kl"
  public static let summary =
    "divergence of each image's distribution on the sphere from the uniform one (S-VAE)"
  public static let reference = Citation(
    "Davidson et al., Hyperspherical Variational Auto-Encoders, UAI 2018",
    url: "https://arxiv.org/abs/1804.00891")
  public static let about = """
    The variational autoencoder on the sphere. The encoder gives a direction and a concentration; the \
    divergence charges the concentration only, so directions are free and, unlike in the normal VAE, no \
    force pulls codes to a centre. The uniform distribution is the right prior where nothing is known about \
    directions. Made for low dimensions: with one concentration for d directions it grows coarse as d grows. \
    Takes the posteriors von-mises-fisher and power-spherical.
    """
  public static let formula = "penalty = mean over images of KL(q(z | x) ‖ uniform on the sphere)"
  public static let defaultPrior: String? = "hypersphere"
  public static let defaultPosterior: String? = "von-mises-fisher"
  public static let subject = PenaltySubject.posterior

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight("twice β"), source: "Davidson et al. 2018: β = 1, with an observation of variance one")
    public var weight: Weight = 2

    public init() {}
  }

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    if context.prior.geometry != .sphere {
      throw ConfigurationError.incompatible(
        "the regularizer \"vmf-kl\" measures distributions on the unit sphere and cannot match this prior; "
          + "set prior=hypersphere, or regularizer=kl")
    }
    try context.requireDivergence(for: Self.name, wayOut: "set posterior=von-mises-fisher")
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(context.meanDivergence(for: Self.name))
  }
}
