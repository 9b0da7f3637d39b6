import MoCAProtocols

/// The control: reconstruction alone. On the hypersphere this is the spherical autoencoder (normalised codes and
/// no penalty), with the normal prior a plain autoencoder.
public final class NoRegularizer: RegularizerPlugin {
  public static let name = "none"
  public static let summary = "no penalty: the control"
  public static let reference = Citation(
    "Zhao et al., Latent Variables on Spheres for Autoencoders in High Dimensions, 2019",
    url: "https://arxiv.org/abs/1912.10233")
  public static let subject = PenaltySubject.networks
  public static let about = """
    The control: reconstruction alone. With the prior hypersphere it is the spherical autoencoder, whose codes are \
    only normalised; with the prior normal it is a plain autoencoder. Every other method should be compared with \
    it, since in many dimensions normalised codes are already spread widely. Nothing fills the holes between \
    codes, so draws of the prior can decode to anything; a sampler fitted to the codes is the fair way to draw \
    from it.
    """
  public static let formula = "penalty = 0"

  public struct Configuration: RegularizerConfiguration {
    @Setting("λ; the penalty is zero whatever it is", .atLeast(0), source: "nothing to weigh")
    public var weight: Weight = 0

    public init() {}
  }

  public init(_ configuration: Configuration, context: RegularizerContext) throws {}

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(.scalar(0, on: context.latents.device))
  }
}
