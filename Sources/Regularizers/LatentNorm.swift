import MoCAProtocols

/// RAE-L2: small codes and small decoder weights (Ghosh, Sajjadi, Vergari, Black and Schölkopf, "From
/// Variational to Deterministic Autoencoders", ICLR 2020).
///
/// The decoder's weights are its parameters of rank two or more; biases and normalisations are left free.
/// Units: the authors' code adds β · mean z² and γ · Σ w² to the mean squared error of a value. This
/// project's reconstruction is the sum over the values of an image, so that λ = β · values and ρ = γ / β. The
/// paper writes ½ |z|²; with d dimensions its weight is 2 λ / d.
public final class LatentNorm: RegularizerPlugin {
  public static let name = "rae-l2"
  public static let summary = "small codes and small decoder weights (regularized autoencoder, L2)"
  public static let reference = Citation(
    "Ghosh et al., From Variational to Deterministic Autoencoders, ICLR 2020",
    url: "https://arxiv.org/abs/1903.12436")
  public static let subject = PenaltySubject.networks
  public static let defaultPrior: String? = "normal"
  public static let about = """
    A deterministic autoencoder whose codes are kept small by their squares and whose decoder is kept smooth by \
    weight decay. (RAE here is the regularized autoencoder of 2020, not the representation autoencoder of 2025.) \
    The codes follow no given distribution: draw from a density fitted to them, sampler gmm, as the authors \
    do. Choose it where reconstructions matter and a density after training is no trouble. With \
    decoderRatio=0 it is the authors' plain RAE. On the hypersphere the term of the codes is constant. \
    Others could not reproduce the published scores for CIFAR-10 and CelebA.
    """
  public static let formula = """
    mean over batch and coordinates of z² + ρ · Σ w² over the decoder's weights
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "the authors' code for CIFAR-10: 1e-3 beside the mean over 3,072 values")
    public var weight: Weight = 3.072
    @Setting(
      "ρ: factor of the decoder's summed squares beside the codes' mean square", .atLeast(0),
      source: "the authors' code for CIFAR-10, MNIST and CelebA: 1e-6 / 1e-3, 1e-7 / 1e-4")
    public var decoderRatio = 0.001

    public init() {}
  }

  private let decoderRatio: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    decoderRatio = configuration.decoderRatio
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents.squared().mean()
    let weights = context.requiredPass(by: Self.name).model.decoder.namedParameters()
      .map(\.parameter.wrappedValue).filter { $0.rank >= 2 }
    let decay = weights.reduce(Tensor.scalar(0, on: codes.device)) { $0 + $1.squared().sum() }
    return Penalty(
      codes + decay * decoderRatio,
      diagnostics: [NamedTensor("latentMeanSquare", codes), NamedTensor("decoderSquares", decay)])
  }
}
