import Foundation
import MoCAProtocols

/// Mardia's multivariate kurtosis (Biometrika 1970): the mean of (zᵢᵀ S⁻¹ zᵢ)² for centred codes and their covariance
/// S (divided by N).
///
/// d(d + 2) for a normal distribution, with the variance 8d(d + 2)/N. Above it the tails are heavy, below it
/// light. For the normal prior only.
public struct MardiaKurtosis: LatentMeasure {
  public static let name = "mardiaKurtosis"
  public static let unit = "Mardia's kurtosis, d(d + 2) at a match"
  public static let isTwoSided = true
  public static let nullLimit = 199

  private let count: Double
  private let size: Double

  public init?(_ reference: LatentReference) {
    if reference.prior.normalScale == nil { return nil }
    count = Double(reference.count)
    size = Double(reference.latentSize)
  }

  public func value(of codes: Tensor) -> Double {
    CodeMoments(codes).whitened.squared().sum(along: 1).squared().mean().item
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    let deviation = (8 * size * (size + 2) / count).squareRoot()
    return min(1, 2 * UpperTail.normal(abs(value - size * (size + 2)) / deviation))
  }
}
