import MoCAProtocols

/// The concentration κ of the von Mises-Fisher distribution in d dimensions, from the mean cosine to its
/// direction.
///
/// The distribution's density with respect to the uniform distribution is exp(κ ⟨μ, x⟩) / M(κ), with M of
/// `UnitSphere.logMoment(_:dimension:)`.
public enum SphericalConcentration {
  /// The largest κ that is estimated: beyond it, a cluster is a point for every purpose of sampling.
  public static let limit = 1e6

  /// κ with A(κ) = `cosine`: the approximation of Banerjee, Dhillon, Ghosh and Sra (JMLR 2005), then Newton's steps
  /// (Sra, Comput. Stat. 2012), kept within 0 … ``limit``.
  public static func concentration(meanCosine cosine: Double, dimension: Int) -> Double {
    let size = Double(dimension)
    let target = min(max(cosine, 0), 1 - 1e-15)
    if target < 1e-9 { return 0 }
    var value = min(target * (size - target * target) / (1 - target * target), limit)
    for _ in 0..<20 {
      let reached = UnitSphere.meanCosine(value, dimension: dimension)
      let slope = 1 - reached * reached - (size - 1) / value * reached
      // Where rounding eats the slope, κ is beyond what codes can tell.
      guard slope > 1e-15 else { break }
      let next = min(max(value - (reached - target) / slope, value / 2), limit)
      if abs(next - value) <= 1e-12 * value { return next }
      value = next
    }
    return value
  }
}
