import MoCAProtocols

/// RAE-SN: small codes, and networks whose layers all have spectral norm one (Ghosh, Sajjadi, Vergari, Black
/// and Schölkopf, "From Variational to Deterministic Autoencoders", ICLR 2020; Miyato et al., ICLR 2018).
///
/// The penalty is the mean over batch and coordinates of z²; every linear and convolution layer divides its
/// weight by its largest singular value (`SpectralNormalization`). Units as in ``LatentNorm``; for MNIST the
/// authors' β is 9e-3 beside 1,024 values, for CelebA 2.4e-3 beside 12,288.
public final class SpectralNorm: RegularizerPlugin {
  public static let name = "rae-sn"
  public static let summary = "small codes and layers of spectral norm one (regularized autoencoder, SN)"
  public static let reference = LatentNorm.reference
  public static let subject = PenaltySubject.networks
  public static let defaultPrior: String? = "normal"
  public static let about = """
    A deterministic autoencoder whose codes are kept small and whose layers cannot stretch: each weight is divided \
    by its largest singular value, followed by power iteration. It bounds the decoder's slope by construction \
    where rae-gp punishes it. The codes follow no given distribution: draw from a density fitted to them, \
    sampler gmm. Batch normalisation after a layer undoes its division, so that in networks full of it the \
    bound is loose. A memory with an encoder of its own has nothing to add, since samples of codes are not \
    compared.
    """
  public static let formula = """
    mean over batch and coordinates of z², with W / σ(W) in place of each weight W
    σ(W) = uᵀ W v, one power iteration in a training step
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "the authors' code for CIFAR-10: 0.03 beside the mean over 3,072 values")
    public var weight: Weight = 92.16
    @Setting(
      "whether the encoder's layers are normalised as well as the decoder's", source: "the authors' code")
    public var includesEncoder = true

    public init() {}
  }

  private let includesEncoder: Bool
  private let generator: Generator

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    includesEncoder = configuration.includesEncoder
    generator = context.generator
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents.squared().mean()
    return Penalty(codes, diagnostics: [NamedTensor("latentMeanSquare", codes)])
  }
}

extension SpectralNorm: ModelAltering {
  public func alter(_ model: Autoencoder) {
    model.decoder.normalizeSpectrally(using: generator)
    if includesEncoder { model.encoder.normalizeSpectrally(using: generator) }
  }
}
