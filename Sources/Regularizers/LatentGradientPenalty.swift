import MoCAProtocols

/// RAE-GP: small codes, and a decoder whose image changes slowly with the code (Ghosh, Sajjadi, Vergari,
/// Black and Schölkopf, "From Variational to Deterministic Autoencoders", ICLR 2020).
///
/// Σ x̂² is the sum of the squared values of the decoded images, as in the authors' code. Its derivative is
/// with respect to the code that went into the decoder; a public reimplementation takes it with respect to
/// the image, which is another penalty. Batch normalisation couples the images of a batch, and the derivative
/// of the batch's sum includes that. Units as in ``LatentNorm``: λ = β · values, ρ = γ / β.
public final class LatentGradientPenalty: RegularizerPlugin {
  public static let name = "rae-gp"
  public static let summary = "small codes and a decoder of small slope (regularized autoencoder, GP)"
  public static let reference = LatentNorm.reference
  public static let subject = PenaltySubject.networks
  public static let defaultPrior: String? = "normal"
  public static let about = """
    A deterministic autoencoder whose codes are kept small and whose decoder is kept smooth by a penalty on the \
    slope of its output with respect to the code. It looks at the decoder's behaviour where rae-l2 looks at its \
    weights. The codes follow no given distribution: draw from a density fitted to them, sampler gmm. The \
    gradient of a gradient makes a step about twice as dear, and a decoder of your own must consist of \
    operations that can be differentiated twice.
    """
  public static let formula = """
    mean of z² + ρ · mean of (∂ Σ x̂² / ∂z)², x̂ = D(z), means over batch and coordinates
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "the authors' code for CelebA: 1e-4 beside the mean over 12,288 values")
    public var weight: Weight = 1.2288
    @Setting(
      "ρ: factor of the slope's mean square beside the codes' mean square", .atLeast(0),
      source: "the authors' code for CelebA: 1e-7 / 1e-4 (5e-8 for MNIST)")
    public var slopeRatio = 0.001

    public init() {}
  }

  private let slopeRatio: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    slopeRatio = configuration.slopeRatio
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let pass = context.requiredPass(by: Self.name)
    let energy = pass.reconstructions.squared().sum()
    let slopes = energy.gradients(withRespectTo: [pass.decoderInput], retainsGraph: true, createsGraph: true)
    let slope = slopes[0].squared().mean()
    let codes = context.latents.squared().mean()
    return Penalty(
      codes + slope * slopeRatio,
      diagnostics: [NamedTensor("latentMeanSquare", codes), NamedTensor("decoderSlope", slope)])
  }
}
