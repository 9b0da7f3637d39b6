import MoCAProtocols

/// The components of a mixture distribution with their weights.
public protocol MixtureComponents {
  /// log (weight × density) of each component, `[points, latentSize]` → `[points, components]`.
  func logJoint(of points: Tensor) -> Tensor
}

extension MixtureComponents {
  /// The log density of the mixture, `[points]`.
  public func logDensity(of points: Tensor) -> Tensor { logJoint(of: points).logSumExp(along: 1) }

  /// The probability of each component given the point, `[points, components]`.
  public func responsibilities(of points: Tensor) -> Tensor { logJoint(of: points).softmax(along: 1) }
}

/// Maximum likelihood for mixtures (Dempster, Laird and Rubin, J. R. Stat. Soc. B 1977), from several starts.
struct ExpectationMaximization {
  /// How often it begins, each time from other k-means clusters; the most likely result is kept.
  let starts: Int
  /// Steps of one start at most.
  let iterations: Int
  /// A start ends where the mean log likelihood of a point gains less than this.
  let tolerance: Double

  /// The most likely components.
  ///
  /// - Parameter estimate: The components that fit given responsibilities best, `[points, count]`.
  /// - Throws: `SamplerError` where no start has a finite likelihood.
  func fit<Components: MixtureComponents>(
    _ points: Tensor, count: Int, using generator: Generator,
    estimate: (_ responsibilities: Tensor) -> Components
  ) throws -> Components {
    var best: (components: Components, likelihood: Double)?
    for _ in 0..<starts {
      let start = KMeans.memberships(of: points, count: count, using: generator)
      let found = climb(points, from: start, estimate: estimate)
      if found.likelihood.isFinite, found.likelihood > best?.likelihood ?? -.infinity { best = found }
    }
    guard let best else {
      throw SamplerError(
        count == 1
          ? "the likelihood of one component is not finite; use the sampler kde, or train on more images"
          : "no start of the mixture of \(count) components reached a finite likelihood; use fewer components"
      )
    }
    return best.components
  }

  private func climb<Components: MixtureComponents>(
    _ points: Tensor, from start: Tensor, estimate: (Tensor) -> Components
  ) -> (components: Components, likelihood: Double) {
    var components = estimate(start)
    var likelihood = -Double.infinity
    for step in 1...iterations {
      let joint = components.logJoint(of: points)
      let density = joint.logSumExp(along: 1, keepsDimensions: true)
      let reached = density.mean().item
      let gain = reached - likelihood
      likelihood = reached
      if !(gain >= tolerance) || step == iterations { break }
      components = estimate((joint - density).exp())
    }
    return (components, likelihood)
  }
}
