import Foundation
import MoCAProtocols

/// What an encoder says of a distribution on the sphere that is symmetric about a direction: that direction
/// and how narrow the distribution is. Everything is in float64, since entropies and normalisers cancel.
///
/// The concentration is softplus + 1 of the last feature, cut to 10⁴. The one, as in the authors' code of the
/// hyperspherical VAE, keeps the distribution from becoming uniform, where its direction would have no
/// gradient.
struct SphericalDistribution {
  /// Unit vectors, `[batch, latentSize]`.
  let direction: Tensor
  /// κ, `[batch, 1]`.
  let concentration: Tensor

  /// Features as the encoder gives them: `[batch, latentSize + 1]`.
  init(_ features: Tensor) {
    let exact = features.to(dtype: .float64)
    let size = features.shape[1] - 1
    direction = exact.narrowed(along: 1, from: 0, count: size).normalized(along: 1)
    concentration = (exact.narrowed(along: 1, from: size, count: 1).softplus() + 1).clamped(max: 1e4)
  }

  /// The dimension of such a distribution's codes.
  ///
  /// - Throws: `ConfigurationError.incompatible` where the prior does not live on the sphere.
  static func latentSize(of prior: any Prior, posterior name: String) throws -> Int {
    if prior.geometry == .sphere { return prior.latentSize }
    throw ConfigurationError.incompatible(
      "the posterior \"\(name)\" draws points on the unit sphere and does not go with a prior on another "
        + "support; set prior=hypersphere, or posterior=gaussian")
  }

  /// log of the area of the unit sphere, 2π^(d/2) / Γ(d/2).
  static func logArea(_ latentSize: Int) -> Double {
    let half = Double(latentSize) / 2
    return log(2) + half * log(Double.pi) - lgamma(half)
  }

  /// Points at these angles from the direction, `[batch, 1]` cosines and sines → `[batch, latentSize]`, with
  /// uniform bearing about it.
  ///
  /// A point about the first axis is reflected by the Householder reflection that exchanges axis and
  /// direction. The axis is e₁ or −e₁, whichever is farther from the direction: the mirror's normal is then
  /// never short, and no direction has large gradients.
  func points(cosine: Tensor, sine: Tensor, using generator: Generator) -> Tensor {
    let (count, size) = (direction.shape[0], direction.shape[1])
    let bearing = Tensor.normal([count, size - 1], dtype: .float64, using: generator).normalized(along: 1)
    let leading = direction.detached().narrowed(along: 1, from: 0, count: 1)
    let side = Tensor.ones([count, 1], dtype: .float64, on: direction.device)
      .selecting(
        where: leading.isLess(than: 0), otherwise: .full([1], -1, dtype: .float64, on: direction.device))
    let rest = Tensor.zeros([count, size - 1], dtype: .float64, on: direction.device)
    let point = Tensor.concatenated([side * cosine, sine * bearing], along: 1)
    let normal = Tensor.concatenated([side, rest], along: 1) - direction
    let along = (normal * point).sum(along: 1, keepsDimensions: true)
    return point - normal * (2 * along / normal.squared().sum(along: 1, keepsDimensions: true))
  }
}
