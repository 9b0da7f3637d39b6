import Foundation
import Metrics
import MoCAProtocols

/// Student's t distribution, central and noncentral.
enum StudentT {
  /// The probability of a value at least as far from zero: the regularised incomplete beta function
  /// I(ν/2, ½; ν/(ν + t²)).
  static func twoSided(_ value: Double, degrees: Double) -> Double {
    if value.isInfinite { return 0 }
    let share = degrees / (degrees + value * value)
    return incompleteBeta(share, degrees / 2, 0.5)
  }

  /// The value that is exceeded on either side together with probability `level`.
  static func quantile(twoSided level: Double, degrees: Double) -> Double {
    root { level - twoSided($0, degrees: degrees) }
  }

  /// The probability that a two-sided test with the limit `critical` refuses, where the mean lies `shift` standard
  /// errors from zero: the noncentral t distribution, by integrating over the distribution of the standard
  /// error.
  static func power(shift: Double, critical: Double, degrees: Double) -> Double {
    let width = 12 / (2 * degrees).squareRoot()
    let front = log(2) + degrees / 2 * log(degrees / 2) - lgamma(degrees / 2)
    let (start, end) = (max(0, 1 - width), 1 + width)
    // Where the limit is high the tail falls within a small part of the range, which is taken by itself.
    let edges = [-9, 9].map { min(max(start, (shift + $0) / critical), end) }
    let ends = [start, edges[0], edges[1], end]
    return zip(ends, ends.dropFirst()).reduce(0) { sum, range in
      range.1 <= range.0
        ? sum
        : sum
          + quadrature.integral(from: range.0, to: range.1) { error in
            let density = exp(front + (degrees - 1) * log(error) - degrees * error * error / 2)
            return density
              * (UpperTail.normal(critical * error - shift) + UpperTail.normal(critical * error + shift))
          }
    }
  }

  /// The shift, in standard errors, that a two-sided test at `level` finds with probability `power`.
  static func shift(power: Double, level: Double, degrees: Double) -> Double {
    let critical = quantile(twoSided: level, degrees: degrees)
    return root { self.power(shift: $0, critical: critical, degrees: degrees) - power }
  }

  private static let quadrature = GaussLegendre(400)

  /// The positive root of a rising function, by doubling and bisection.
  private static func root(of function: (Double) -> Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while function(high) < 0, high < 1e12 { (low, high) = (high, 2 * high) }
    while high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { break }
      if function(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// I(x; a, b) by its continued fraction (DLMF 8.17.22) on the side where it converges fast.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    // Lentz's evaluation of 1/(1 + c₁/(1 + c₂/(1 + …))).
    var (upper, lower) = (1.0, 1 / nonzero(1 - (a + b) * x / (a + 1)))
    var fraction = lower
    for step in 1...10_000 {
      let m = Double(step)
      var product = 1.0
      for factor in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        lower = 1 / nonzero(1 + factor * lower)
        upper = nonzero(1 + factor / upper)
        product *= upper * lower
      }
      fraction *= product
      if abs(product - 1) < 1e-15 { break }
    }
    return min(1, front * fraction)
  }

  private static func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
}
