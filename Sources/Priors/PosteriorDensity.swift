import MoCAProtocols

/// A posterior whose density at any point is known; the VampPrior asks for it.
public protocol PosteriorDensity: Posterior {
  /// The log density, in nats and with respect to the support's own measure, of each code under the
  /// distribution of each row of features: `[n, latentSize], [k, featureCount] → [n, k]`.
  func logDensity(of latents: Tensor, given features: Tensor) -> Tensor
}
