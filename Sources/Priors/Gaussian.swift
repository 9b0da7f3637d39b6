import Foundation
import MoCAProtocols

/// A normal distribution for each image (Kingma and Welling, ICLR 2014, arXiv 1312.6114), with the mean and
/// the log variance of each coordinate as features; the log variance is cut to ±20. The divergence is in nats
/// for each image.
///
/// Draws are projected on the prior's support, so the distribution goes with every prior; entropy, density
/// and divergence are those of the normal distribution and given only where the support is all of space.
public final class Gaussian: PosteriorPlugin, PosteriorDensity {
  public typealias Configuration = NoSettings

  public static let name = "gaussian"
  public static let summary = "normal with a mean and a variance for each coordinate"
  public static let reference = Citation(
    "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014", url: "https://arxiv.org/abs/1312.6114")
  public static let about = """
    The posterior of the variational autoencoder: independent normal coordinates whose means and variances \
    the encoder gives. Its divergence from a normal prior is known in closed form, its entropy always, so kl \
    takes it with the priors normal, mixture and vamp. On other supports draws are projected (normalised on \
    the sphere), which makes it an encoder with noise; likelihood methods refuse it there. The encoder gives \
    2d features.
    """
  public static let formula = """
    z = μ + σ ε, ε ~ N(0, I)
    KL(q ‖ N(0, s²I)) = ½ Σ (σ²/s² + μ²/s² − 1 − log(σ²/s²))
    """

  public let featureCount: Int
  private let latentSize: Int
  private let isEuclidean: Bool

  public init(_ configuration: NoSettings, prior: any Prior) throws {
    latentSize = prior.latentSize
    featureCount = 2 * latentSize
    isEuclidean = prior.geometry == .euclidean
  }

  public func sample(from features: Tensor, using generator: Generator) -> Tensor {
    let mean = mode(of: features)
    return mean + (logVariance(of: features) * 0.5).exp() * Tensor.normal(mean.shape, using: generator)
  }

  public func mode(of features: Tensor) -> Tensor { features.narrowed(along: 1, from: 0, count: latentSize) }

  public func entropy(of features: Tensor) -> Tensor? {
    if !isEuclidean { return nil }
    let constant = Double(latentSize) * (1 + log(2 * Double.pi)) / 2
    return logVariance(of: features).sum(along: 1) * 0.5 + constant
  }

  public func divergence(of features: Tensor, from prior: any Prior) -> Tensor? {
    guard isEuclidean, let scale = prior.normalScale else { return nil }
    // float64: near the prior the terms cancel.
    let exact = features.to(dtype: .float64)
    let logRatio = logVariance(of: exact) - 2 * log(scale)
    let squares = (mode(of: exact) / scale).squared()
    return ((logRatio.exp() + squares - 1 - logRatio).sum(along: 1) * 0.5).to(dtype: features.dtype)
  }

  public func logDensity(of latents: Tensor, given features: Tensor) -> Tensor {
    // Σ (z − μ)² / σ² by matrix products, in float64 since the terms cancel.
    let (points, exact) = (latents.to(dtype: .float64), features.to(dtype: .float64))
    let (means, logVariances) = (mode(of: exact), logVariance(of: exact))
    let precisions = (-logVariances).exp()
    let scaled = means * precisions
    let squares =
      points.squared().matmul(precisions.transposed()) - 2 * points.matmul(scaled.transposed())
      + (means * scaled).sum(along: 1)
    let constant = Double(latentSize) * log(2 * Double.pi)
    return ((squares + logVariances.sum(along: 1) + constant) * -0.5).to(dtype: latents.dtype)
  }

  private func logVariance(of features: Tensor) -> Tensor {
    features.narrowed(along: 1, from: latentSize, count: latentSize).clamped(min: -20).clamped(max: 20)
  }
}
