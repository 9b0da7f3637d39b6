import Foundation
import MoCAProtocols

/// Noise on the code between encoder and decoder, and no penalty: what the Sphere Encoder does on its
/// sphere (arXiv 2602.15030), without its perceptual and consistency terms.
///
/// On supports other than the sphere the noise is in units of the prior's own standard deviation √(C / 2d),
/// with C the prior's `kernelScale`. In evaluation nothing is added.
public final class LatentNoise: RegularizerPlugin {
  public static let name = "latent-noise"
  public static let summary = "noise on the codes before they are decoded, no penalty: a control"
  public static let reference = Citation(
    "Sphere Encoder, 2026", url: "https://arxiv.org/abs/2602.15030")
  public static let subject = PenaltySubject.networks
  public static let about = """
    The decoder sees each code with noise, so that neighbouring codes must decode alike and the encoder must keep \
    images apart by more than the noise. On the sphere this alone spreads the codes widely, without any penalty, \
    which makes it the control for every method that claims to. Choose it on the hypersphere. Nothing matches a \
    prior on other supports, where codes can outgrow the noise by growing large. More noise means fewer holes and \
    blurrier reconstructions: at an angle of 45° noise and signal have equal power.
    """
  public static let formula = """
    sphere: z̃ = cos(a) z + sin(a) t, t a random unit tangent at z, a uniform on [0, angle]
    elsewhere: z̃ = z + noise · √(C / 2d) · ε, back on the support
    penalty = 0
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting("λ; the penalty is zero whatever it is", .atLeast(0), source: "nothing to weigh")
    public var weight: Weight = 0
    @Setting(
      "largest angle on the sphere in degrees", .between(0, 180),
      source: "ours: noise at most as strong as the code; the Sphere Encoder goes to 80 with 2,048 dimensions"
    )
    public var angle = 45.0
    @Setting(
      "standard deviation of the noise on other supports, in units of the prior's", .atLeast(0),
      source: "ours: about the tangent of the mean angle on the sphere")
    public var noise = 0.4

    public init() {}
  }

  private let angle: Double
  private let noise: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    angle = configuration.angle * .pi / 180
    let prior = context.prior
    noise = configuration.noise * (prior.kernelScale / Double(2 * prior.latentSize)).squareRoot()
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(.scalar(0, on: context.latents.device))
  }
}

extension LatentNoise: LatentPerturbing {
  public func decoderInput(for latents: Tensor, prior: any Prior, streams: RandomStreams) -> Tensor {
    let generator = streams[.perturbation]
    let noise = Tensor.normal(latents.shape, using: generator)
    if prior.geometry != .sphere { return prior.geometry.nearest(to: latents + noise * self.noise) }
    let angles = Tensor.uniform([latents.shape[0], 1], using: generator) * angle
    let along = (noise * latents).sum(along: 1, keepsDimensions: true)
    let tangents = (noise - along * latents).normalized(along: 1)
    // In two dimensions a tangent can be the small rest of a subtraction; its rounding must not change the norm.
    return (angles.cosine() * latents + angles.sine() * tangents).normalized(along: 1)
  }
}
