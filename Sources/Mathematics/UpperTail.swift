import Foundation

/// Probabilities of large values.
package enum UpperTail {
  /// Of a standard normal value above this one.
  package static func normal(_ value: Double) -> Double { erfc(value / 2.0.squareRoot()) / 2 }

  /// Of a χ² value above this one: the regularised incomplete gamma function Q(degrees/2, value/2), by its series
  /// below the mean and its continued fraction above (DLMF 8.7.1, 8.9.2).
  package static func chiSquare(_ value: Double, degrees: Double) -> Double {
    if value <= 0 { return 1 }
    let (shape, x) = (degrees / 2, value / 2)
    let front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1 {
      var (term, sum, step) = (1 / shape, 1 / shape, shape)
      while term > 1e-17 * sum {
        step += 1
        term *= x / step
        sum += term
      }
      return max(0, 1 - front * sum)
    }
    let fraction = continuedFraction(from: x + 1 - shape) { step in
      (step * (shape - step), x + 1 - shape + 2 * step)
    }
    return min(1, front / fraction)
  }
}
