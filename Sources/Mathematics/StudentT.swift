import Foundation

/// Student's t distribution, central and noncentral.
package enum StudentT {
  /// The probability of a value at least as far from zero: the regularised incomplete beta function
  /// I(ν/2, ½; ν/(ν + t²)).
  package static func twoSided(_ value: Double, degrees: Double) -> Double {
    if value.isInfinite { return 0 }
    let share = degrees / (degrees + value * value)
    return incompleteBeta(share, degrees / 2, 0.5)
  }

  /// The value that is exceeded on either side together with probability `level`.
  package static func quantile(twoSided level: Double, degrees: Double) -> Double {
    Bracket(fromZeroTo: 1e12) { twoSided($0, degrees: degrees) > level }.middle
  }

  /// The probability that a two-sided test with the limit `critical` refuses, where the mean lies `shift` standard
  /// errors from zero: the noncentral t distribution, by integrating over the distribution of the standard error.
  package static func power(shift: Double, critical: Double, degrees: Double) -> Double {
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
  package static func shift(power: Double, level: Double, degrees: Double) -> Double {
    let critical = quantile(twoSided: level, degrees: degrees)
    return Bracket(fromZeroTo: 1e12) { self.power(shift: $0, critical: critical, degrees: degrees) < power }
      .middle
  }

  private static let quadrature = GaussLegendre(400)

  /// I(x; a, b) by its continued fraction (DLMF 8.17.22) on the side where it converges fast.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    // 1 + c₁/(1 + c₂/(1 + …)).
    let fraction = continuedFraction(from: 1) { step in
      let m = (step / 2).rounded(.down)
      return step > 2 * m
        ? (-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)), 1)
        : (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), 1)
    }
    return min(1, front / fraction)
  }
}
