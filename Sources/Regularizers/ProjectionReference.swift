import MoCAProtocols

/// What projected codes are compared with.
public enum ProjectionReference: String, SettingValue, CaseIterable {
  /// The prior's quantiles where they are known and the same in every direction, else its draws.
  case quantiles
  /// As many draws of the prior as codes, anew in each step.
  case draws

  /// `[count, 1]` quantiles of the prior's projections, ascending; without rows where draws take their place.
  func quantiles(_ count: Int, of prior: any Prior) -> Tensor {
    (self == .quantiles ? prior.quantileColumn(count, on: .cpu) : nil) ?? .zeros([0, 1])
  }
}

extension RegularizationContext {
  /// Random unit vectors, uniform on the sphere, as columns: `[latentSize, count]`.
  func directions(_ count: Int) -> Tensor {
    Tensor.normal([latents.shape[1], count], using: streams[.projections]).normalized(along: 0)
  }

  /// What `count` sorted projections are compared with: `[count, 1]` where the quantiles are known, else the
  /// sorted projections of draws, `[count, directions]`.
  ///
  /// - Parameter planned: The quantiles for the planned number of samples; without rows for draws.
  func targets(_ count: Int, along directions: Tensor, planned: Tensor) -> Tensor {
    quantiles(count, planned: planned) ?? priorSamples(count).sortedProjections(along: directions)
  }

  /// The quantiles for `count` samples, or `nil` where `planned` has none.
  func quantiles(_ count: Int, planned: Tensor) -> Tensor? {
    if planned.shape[0] == 0 { return nil }
    if planned.shape[0] == count { return planned }
    return prior.quantileColumn(count, on: latents.device)
  }
}

extension Prior {
  /// The factor that brings the mean variance of the coordinates to 1: 1/σ for the normal distribution, √d on
  /// the unit sphere. Methods made for the standard normal distribution apply it to codes and targets alike.
  var unitScale: Double { (2 * Double(latentSize) / kernelScale).squareRoot() }
}
