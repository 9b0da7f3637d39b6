import Foundation

/// Kummer's confluent hypergeometric function ₁F₁.
package enum Confluent {
  /// ₁F₁(top; bottom; −argument) for an argument of at least zero: by Kummer's transformation, a sum of positive terms,
  /// up to 60; above by the expansion in 1/argument (DLMF 13.2.39 and 13.7.2), whose terms shrink for bottoms up to 11.
  ///
  /// ₁F₁(½; d/2; −s) is E exp(−s u²) over a coordinate u of a uniform point of the unit sphere in d dimensions, and
  /// −₁F₁(3/2; d/2 + 1; −s) / d its derivative.
  package static func decaying(_ argument: Double, top: Double, bottom: Double) -> Double {
    var (term, sum, step) = (1.0, 1.0, 0.0)
    if argument < 60 {
      while term > 1e-17 * sum {
        term *= (bottom - top + step) / (bottom + step) * argument / (step + 1)
        sum += term
        step += 1
      }
      return sum * exp(-argument)
    }
    while step < 20 {
      term *= (top + step) * (top - bottom + 1 + step) / ((step + 1) * argument)
      sum += term
      step += 1
    }
    return sum * tgamma(bottom) / tgamma(bottom - top) * pow(argument, -top)
  }
}
