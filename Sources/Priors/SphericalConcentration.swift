import Foundation
import MoCAProtocols

/// Functions of the concentration κ of the von Mises-Fisher law in d dimensions, on the host.
///
/// Its density with respect to the uniform law is exp(κ ⟨μ, x⟩) / M(κ), where
/// M(κ) = Γ(d/2) (2/κ)^(d/2−1) I_(d/2−1)(κ) = Σₘ (κ/2)^(2m) Γ(d/2) / (m! Γ(m + d/2)). All terms are positive, so the
/// series is summed around its largest term without loss at any κ and d.
public enum SphericalConcentration {
  /// The largest κ that is estimated: beyond it, a cluster is a point for every purpose of sampling.
  public static let limit = 1e6

  /// log M(κ).
  public static func logMoment(_ concentration: Double, dimension: Int) -> Double {
    series(concentration, dimension).logSum
  }

  /// A(κ) = I_(d/2)(κ) / I_(d/2−1)(κ) = E ⟨μ, x⟩, the derivative of log M.
  public static func meanCosine(_ concentration: Double, dimension: Int) -> Double {
    if concentration == 0 { return 0 }
    return 2 * series(concentration, dimension).meanIndex / concentration
  }

  /// κ with A(κ) = `cosine`: the approximation of Banerjee, Dhillon, Ghosh and Sra (JMLR 2005), then Newton's steps
  /// (Sra, Comput. Stat. 2012), kept within 0 … ``limit``.
  public static func concentration(meanCosine cosine: Double, dimension: Int) -> Double {
    let size = Double(dimension)
    let target = min(max(cosine, 0), 1 - 1e-15)
    if target < 1e-9 { return 0 }
    var value = min(target * (size - target * target) / (1 - target * target), limit)
    for _ in 0..<20 {
      let reached = meanCosine(value, dimension: dimension)
      let slope = 1 - reached * reached - (size - 1) / value * reached
      // Where rounding eats the slope, κ is beyond what codes can tell.
      guard slope > 1e-15 else { break }
      let next = min(max(value - (reached - target) / slope, value / 2), limit)
      if abs(next - value) <= 1e-12 * value { return next }
      value = next
    }
    return value
  }

  /// log Σ tₘ, and the mean of m under weights tₘ.
  private static func series(_ concentration: Double, _ dimension: Int) -> (logSum: Double, meanIndex: Double)
  {
    if concentration == 0 { return (0, 0) }
    let (half, order) = (concentration / 2, Double(dimension) / 2)
    // tₘ grows as long as (κ/2)² > m (m + d/2 − 1).
    let shift = (order - 1) / 2
    let peak = max(0, ((shift * shift + half * half).squareRoot() - shift).rounded())
    var (sum, moment) = (1.0, peak)
    for direction in [1.0, -1.0] {
      var (term, index) = (1.0, peak)
      while term > 1e-18 * sum, direction > 0 || index > 0 {
        term *=
          direction > 0
          ? half * half / ((index + 1) * (index + order)) : index * (index + order - 1) / (half * half)
        index += direction
        sum += term
        moment += term * index
      }
    }
    let largest =
      2 * peak * log(half) + lgamma(order) - lgamma(peak + 1) - lgamma(peak + order)
    return (largest + log(sum), moment / sum)
  }
}
