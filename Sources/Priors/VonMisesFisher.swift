import Foundation
import MoCAProtocols

/// The von Mises-Fisher distribution on the sphere for each image (Davidson, Falorsi, De Cao, Kipf and
/// Tomczak, "Hyperspherical Variational Auto-Encoders", UAI 2018).
///
/// q(z) = exp(κ μ·z) / (Area · M(κ)), M(κ) = E exp(κ u₁) over the uniform distribution. Its divergence from
/// the uniform distribution is κ A(κ) − log M(κ), A = (log M)′, in nats for each image. M is integrated over
/// 384 Gauss-Legendre nodes in float64: no Bessel function that over- or underflows, and gradients by
/// differentiation. Checked for d from 2 to 512, κ to 10⁴.
///
/// Draws use the rejection scheme of Ulrich (1984) and Wood (1994) with 16 proposals for each image, the
/// first accepted of which counts; where none is, which is rare, a rejected one. Gradients pass through
/// the draw's angle φ by implicit differentiation, dφ/dκ = −∂F/∂κ / ∂F/∂φ with the distribution function F
/// (Figurnov, Mohamed and Mnih, 2018). The gradient through the accepted proposal alone, as in public code,
/// leaves out that its acceptance depends on κ, and is biased.
public final class VonMisesFisher: PosteriorPlugin, PosteriorDensity {
  public typealias Configuration = NoSettings

  public static let name = "von-mises-fisher"
  public static let summary = "von Mises-Fisher distribution about a direction on the sphere"
  public static let reference = Citation(
    "Davidson et al., Hyperspherical Variational Auto-Encoders, UAI 2018",
    url: "https://arxiv.org/abs/1804.00891")
  public static let about = """
    The normal distribution of the sphere: the encoder gives a direction and one number that says how narrow \
    the distribution is about it. Entropy and divergence from the uniform distribution are exact, so a VAE \
    on the sphere needs no estimate. The divergence does not depend on the direction; only the concentration \
    pays. Draws come from a rejection scheme with a fixed number of proposals. Choose it for the \
    hyperspherical VAE; in high dimensions one concentration for all directions is a coarse description. The \
    encoder gives d + 1 features.
    """
  public static let formula = """
    q(z) ∝ exp(κ μ·z), |z| = 1, κ = softplus(feature) + 1
    KL(q ‖ uniform) = κ A(κ) − log M(κ), M(κ) = E exp(κ u₁), A = (log M)′
    """

  public let featureCount: Int
  private let latentSize: Int
  private let moments: FisherMoments
  private static let proposals = 16

  public init(_ configuration: NoSettings, prior: any Prior) throws {
    latentSize = try SphericalDistribution.latentSize(of: prior, posterior: Self.name)
    featureCount = latentSize + 1
    moments = FisherMoments(latentSize: latentSize)
  }

  public func mode(of features: Tensor) -> Tensor {
    SphericalDistribution(features).direction.to(dtype: features.dtype)
  }

  public func entropy(of features: Tensor) -> Tensor? {
    (SphericalDistribution.logArea(latentSize)
      - moments.divergence(SphericalDistribution(features).concentration)).to(
        dtype: features.dtype)
  }

  public func divergence(of features: Tensor, from prior: any Prior) -> Tensor? {
    if prior.geometry != .sphere { return nil }
    return moments.divergence(SphericalDistribution(features).concentration).to(dtype: features.dtype)
  }

  public func logDensity(of latents: Tensor, given features: Tensor) -> Tensor {
    let distribution = SphericalDistribution(features)
    let natural = distribution.direction * distribution.concentration
    let exponents = latents.to(dtype: .float64).matmul(natural.transposed())
    return
      (exponents - moments.logMoment(distribution.concentration) - SphericalDistribution.logArea(latentSize))
      .to(
        dtype: latents.dtype)
  }

  public func sample(from features: Tensor, using generator: Generator) -> Tensor {
    let distribution = SphericalDistribution(features)
    var angle = withoutGradients { drawnAngle(distribution.concentration, using: generator) }
    if distribution.concentration.requiresGradient {
      let slope = withoutGradients { moments.slope(of: angle, distribution.concentration) }
      angle = angle + slope * (distribution.concentration - distribution.concentration.detached())
    }
    return distribution.points(cosine: angle.sine(), sine: angle.cosine(), using: generator).to(
      dtype: features.dtype)
  }

  /// Angles in (−π/2, π/2) whose sines are the draws' cosines to the direction: `[batch, 1] → [batch, 1]`.
  private func drawnAngle(_ concentration: Tensor, using generator: Generator) -> Tensor {
    let degrees = Double(latentSize - 1)
    let shape = [concentration.shape[0], Self.proposals]
    let root = ((2 * concentration).squared() + degrees * degrees).squareRoot()
    let ratio = degrees / (2 * concentration + root)  // Wood's b; a and d below are his too
    let a = (degrees + 2 * concentration + root) / 4
    let d = 4 * a * ratio / (1 + ratio) - degrees * log(degrees)
    // The envelope's cosine as a quotient of gammas, (g₂ − b g₁) / (g₂ + b g₁): nothing cancels at the poles.
    let halves = Tensor.full(shape, degrees / 2, dtype: .float64, on: generator.device)
    let first = halves.gammaDraws(using: generator)
    let second = halves.gammaDraws(using: generator)
    let sum = second + ratio * first
    let tail = 2 * a * ratio * (first + second) / sum
    let threshold = (1 - Tensor.uniform(shape, dtype: .float64, using: generator)).log()
    let margin = degrees * tail.log() - tail + d - threshold
    // Of the accepted proposals the one with the highest rank is the first.
    let ranks =
      Tensor.range(Self.proposals, dtype: .float64, on: generator.device) * -1 + Double(Self.proposals)
    let chosen = ranks.expanded(to: shape).filled(where: margin.isLess(than: 0), with: 0)
      .argumentOfMaximum(along: 1).expandingDimension(at: 1)
    let cosine = (second - ratio * first) / sum
    let sine = 2 * (ratio * first).squareRoot() * second.squareRoot() / sum
    return cosine.picked(along: 1, at: chosen).arcTangent(over: sine.picked(along: 1, at: chosen))
  }
}
