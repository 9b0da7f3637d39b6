import MoCAProtocols

/// The features are the code: one code for each image.
public final class Deterministic: PosteriorPlugin {
  public typealias Configuration = NoSettings

  public static let name = "deterministic"
  public static let summary = "the encoder's output is the code"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")
  public static let about = """
    The encoder's output is the code, projected on the prior's support: no noise, no density. It is the \
    posterior of the Wasserstein autoencoder and of MoCA, and the default. Likelihood methods such as kl \
    refuse it, since a point has no density.
    """
  public static let formula = "z = encoder's output"

  public let featureCount: Int

  public init(_ configuration: NoSettings, prior: any Prior) throws { featureCount = prior.latentSize }

  public func sample(from features: Tensor, using generator: Generator) -> Tensor { features }

  public func mode(of features: Tensor) -> Tensor { features }
}
