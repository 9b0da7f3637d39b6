import Foundation

/// Probabilities of large values.
public enum UpperTail {
  /// Of a standard normal value above this one.
  public static func normal(_ value: Double) -> Double { erfc(value / 2.0.squareRoot()) / 2 }

  /// Of a χ² value above this one: the regularised incomplete gamma function Q(degrees/2, value/2), by its series
  /// below the mean and its continued fraction above (DLMF 8.7.1, 8.9.2).
  public static func chiSquare(_ value: Double, degrees: Double) -> Double {
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
    // Lentz's evaluation of 1/(x + 1 − a − 1(1 − a)/(x + 3 − a − …)).
    var base = x + 1 - shape
    var (upper, lower) = (1e300, 1 / base)
    var fraction = lower
    for step in 1...100_000 {
      let index = Double(step)
      let factor = index * (shape - index)
      base += 2
      lower = 1 / nonzero(factor * lower + base)
      upper = nonzero(base + factor / upper)
      fraction *= upper * lower
      if abs(upper * lower - 1) < 1e-15 { break }
    }
    return min(1, front * fraction)
  }

  private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
}
