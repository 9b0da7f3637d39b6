import MoCAProtocols

/// Mardia's multivariate skewness ("Measures of multivariate skewness and kurtosis with applications", Biometrika
/// 1970): the mean over all pairs of (zᵢᵀ S⁻¹ zⱼ)³ for centred codes and their covariance S (divided by N).
///
/// 0 for a normal distribution; N/6 times it is about χ² with d(d + 1)(d + 2)/6 degrees of freedom. It does
/// not depend on mean, scale and correlation. For the normal prior only.
public struct MardiaSkewness: LatentMeasure {
  public static let name = "mardiaSkewness"
  public static let unit = "Mardia's skewness, 0 for a normal law and d(d + 1)(d + 2)/N for N draws of it"
  public static let codeLimit = 2_000
  public static let nullLimit = 199

  private let count: Double
  private let size: Double

  public init?(_ reference: LatentReference) {
    if reference.prior.normalScale == nil { return nil }
    count = Double(reference.count)
    size = Double(reference.latentSize)
  }

  public func value(of codes: Tensor) -> Double {
    let points = CodeMoments(codes).whitened
    let rows = points.shape[0]
    let sum = points.blocks(ofRows: 256).reduce(0.0) { sum, part in
      let products = part.matmul(points.transposed())
      return sum + (products.squared() * products).sum().item
    }
    return sum / Double(rows * rows)
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    UpperTail.chiSquare(count * value / 6, degrees: size * (size + 1) * (size + 2) / 6)
  }
}
