import MoCAProtocols

/// The control: reconstruction alone. On the hypersphere this is the spherical autoencoder (normalised codes and
/// no penalty), with the normal prior a plain autoencoder.
public final class NoRegularizer: RegularizerPlugin {
  public static let name = "none"
  public static let summary = "no penalty: the control"
  public static let reference = Citation(
    "Zhao et al., Latent Variables on Spheres for Autoencoders in High Dimensions, 2019",
    url: "https://arxiv.org/abs/1912.10233")
  public static let takesSamples = false

  /// The settings.
  public struct Configuration: RegularizerConfiguration {
    @Setting("λ; the penalty is zero whatever it is", .atLeast(0)) public var weight = 0.0

    public init() {}
  }

  public init(_ configuration: Configuration, context: RegularizerContext) throws {}

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(.scalar(0, on: context.latents.device))
  }
}
