import Foundation
import MoCAProtocols

/// The power spherical distribution on the sphere for each image (De Cao and Aziz, "The Power Spherical
/// distribution", 2020).
///
/// q(z) = (1 + μ·z)^κ / C with C = 2^(α + β) π^β Γ(α) / Γ(α + β), α = (d − 1)/2 + κ and β = (d − 1)/2. The
/// cosine to the direction is 2B − 1 with B ~ Beta(α, β), drawn as a quotient of two gamma variables whose
/// gradients libtorch knows: no rejection. The entropy is log C − κ (log 2 + ψ(α) − ψ(α + β)); the divergence
/// from the uniform distribution is the log area of the sphere less the entropy. In nats for each image.
public final class PowerSpherical: PosteriorPlugin, PosteriorDensity {
  public typealias Configuration = NoSettings

  public static let name = "power-spherical"
  public static let summary = "power spherical distribution about a direction on the sphere"
  public static let reference = Citation(
    "De Cao and Aziz, The Power Spherical distribution, 2020", url: "https://arxiv.org/abs/2006.04437")
  public static let about = """
    A distribution about a direction on the sphere, made as a replacement of the von Mises-Fisher \
    distribution that is easy to draw from: one Beta variable, no rejection, and gradients that are exact. \
    Entropy and divergence from the uniform distribution are closed forms. Its density is zero opposite to \
    the direction and its tails are a power, not an exponential. Choose it where the von Mises-Fisher \
    distribution is too slow. The encoder gives d + 1 features.
    """
  public static let formula = """
    q(z) ∝ (1 + μ·z)^κ, |z| = 1, κ = softplus(feature) + 1
    μ·z = 2B − 1, B ~ Beta((d − 1)/2 + κ, (d − 1)/2)
    """

  public let featureCount: Int
  private let latentSize: Int
  /// β = (d − 1)/2.
  private let beta: Double

  public init(_ configuration: NoSettings, prior: any Prior) throws {
    latentSize = try SphericalDistribution.latentSize(of: prior, posterior: Self.name)
    featureCount = latentSize + 1
    beta = Double(latentSize - 1) / 2
  }

  public func mode(of features: Tensor) -> Tensor {
    SphericalDistribution(features).direction.to(dtype: features.dtype)
  }

  public func sample(from features: Tensor, using generator: Generator) -> Tensor {
    let distribution = SphericalDistribution(features)
    let near = (distribution.concentration + beta).gammaDraws(using: generator)
    let far = Tensor.full(distribution.concentration.shape, beta, dtype: .float64, on: generator.device)
      .gammaDraws(using: generator)
    let sine = 2 * near.squareRoot() * far.squareRoot() / (near + far)
    let points = distribution.points(cosine: (near - far) / (near + far), sine: sine, using: generator)
    return points.to(dtype: features.dtype)
  }

  public func entropy(of features: Tensor) -> Tensor? {
    entropy(of: SphericalDistribution(features)).to(dtype: features.dtype)
  }

  public func divergence(of features: Tensor, from prior: any Prior) -> Tensor? {
    if prior.geometry != .sphere { return nil }
    let entropy = entropy(of: SphericalDistribution(features))
    return (SphericalDistribution.logArea(latentSize) - entropy).to(dtype: features.dtype)
  }

  public func logDensity(of latents: Tensor, given features: Tensor) -> Tensor {
    let distribution = SphericalDistribution(features)
    let cosines = latents.to(dtype: .float64).matmul(distribution.direction.transposed())
    let powers =
      (cosines + 1).clamped(min: 1e-12).log() * distribution.concentration.squeezingDimension(at: 1)
    return (powers - logNormalizer(distribution)).to(dtype: latents.dtype)
  }

  private func entropy(of distribution: SphericalDistribution) -> Tensor {
    let concentration = distribution.concentration.squeezingDimension(at: 1)
    let alpha = concentration + beta
    return logNormalizer(distribution) - concentration * (log(2) + alpha.digamma() - (alpha + beta).digamma())
  }

  /// log C, `[batch]`.
  private func logNormalizer(_ distribution: SphericalDistribution) -> Tensor {
    let alpha = distribution.concentration.squeezingDimension(at: 1) + beta
    return (alpha + beta) * log(2) + beta * log(Double.pi) + alpha.logGamma() - (alpha + beta).logGamma()
  }
}
