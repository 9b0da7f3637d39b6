import Foundation

/// Closed forms of the uniform distribution on the unit sphere of d dimensions.
///
/// A coordinate u = sin φ of a uniform point has the density ∝ cos^(d−2) φ in φ, so that (u + 1)/2 follows
/// Beta((d−1)/2, (d−1)/2). Its exponential moment is a series; the rest integrates that density numerically, in
/// `Double`.
public enum UnitSphere {
  /// log M(κ), where M(κ) = E exp(κ u) = Γ(d/2) (2/κ)^(d/2−1) I_(d/2−1)(κ).
  ///
  /// M is the sum of (κ/2)^(2m) Γ(d/2) / (m! Γ(m + d/2)) over m. All terms are positive, so that the sum around the
  /// largest loses nothing at any κ and d. Beyond κ = 10⁵ the uniform expansion of the Bessel function (DLMF 10.41.3)
  /// takes its place, with two terms: what it leaves out is below 10⁻¹⁰.
  public static func logMoment(_ concentration: Double, dimension: Int) -> Double {
    if concentration <= 1e5 { return series(concentration, dimension).logSum }
    let order = Double(dimension) / 2 - 1
    let root = hypot(order, concentration)
    let correction = (3 - 5 * (order / root) * (order / root)) / (24 * root)
    return root - log(2 * Double.pi * root) / 2 + log1p(correction) + lgamma(order + 1)
      + order * log(2 / (order + root))
  }

  /// A(κ) = I_(d/2)(κ) / I_(d/2−1)(κ), the derivative of log M: the mean cosine to the direction of a von Mises-Fisher
  /// distribution. By the same series, whose length grows with √κ.
  public static func meanCosine(_ concentration: Double, dimension: Int) -> Double {
    if concentration == 0 { return 0 }
    return 2 * series(concentration, dimension).meanIndex / concentration
  }

  /// The contrastive loss at its optimum: one positive at similarity 1 and `negativeCount` exactly uniform
  /// negatives, L* = log(1 + K M(1/τ) exp(−1/τ)).
  public static func contrastiveOptimum(dimension: Int, temperature: Double, negativeCount: Int) -> Double {
    let exponent =
      log(Double(negativeCount)) + logMoment(1 / temperature, dimension: dimension) - 1 / temperature
    return exponent > 30 ? exponent : log1p(exp(exponent))
  }

  /// The softmax's mass on the negatives at that optimum, 1 − exp(−L*): the share of the contrastive gradient that
  /// is left where the codes are uniform.
  public static func negativeMass(dimension: Int, temperature: Double, negativeCount: Int) -> Double {
    -expm1(
      -contrastiveOptimum(dimension: dimension, temperature: temperature, negativeCount: negativeCount))
  }

  /// E f(u) for a coordinate u of a uniform point. u is also the cosine between a uniform point and any other point
  /// of the sphere, so that a kernel k of the squared distance has the expectation E k(2 − 2u).
  public static func expectation(dimension: Int, of function: (Double) -> Double) -> Double {
    let cells = 2048
    let width = Double.pi / Double(cells)
    let exponent = Double(dimension - 2)
    let (weighted, plain) = (0..<cells).reduce((0.0, 0.0)) { sums, cell in
      let start = -Double.pi / 2 + Double(cell) * width
      let density = { (angle: Double) in exp(exponent * logCosine(angle)) }
      return (
        sums.0 + rule.integral(from: start, to: start + width) { density($0) * function(sin($0)) },
        sums.1 + rule.integral(from: start, to: start + width, of: density)
      )
    }
    return weighted / plain
  }

  /// Quantiles of one coordinate at (i + ½) / count, ascending.
  public static func projectionQuantiles(_ count: Int, dimension: Int) -> [Double] {
    let cells = 4096
    let width = Double.pi / Double(cells)
    let density = { (angle: Double) in exp(Double(dimension - 2) * logCosine(angle)) }
    var cumulative = [0.0]
    for cell in 0..<cells {
      let start = -Double.pi / 2 + Double(cell) * width
      cumulative.append(cumulative[cell] + rule.integral(from: start, to: start + width, of: density))
    }
    let total = cumulative[cells]
    return (0..<count).map { index in
      let target = (Double(index) + 0.5) / Double(count) * total
      let cell = max(0, firstIndex(in: cumulative, notBelow: target) - 1)
      let start = -Double.pi / 2 + Double(cell) * width
      let bracket = Bracket(start, start + width) { angle in
        cumulative[cell] + rule.integral(from: start, to: angle, of: density) < target
      }
      return sin(bracket.middle)
    }
  }

  private static func firstIndex(in ascending: [Double], notBelow value: Double) -> Int {
    var (lower, upper) = (0, ascending.count - 1)
    while lower < upper {
      let middle = (lower + upper) / 2
      if ascending[middle] < value { lower = middle + 1 } else { upper = middle }
    }
    return lower
  }

  private static func logCosine(_ angle: Double) -> Double { log(max(cos(angle), 1e-300)) }

  /// For the cells of an interval.
  private static let rule = GaussLegendre(5)

  /// log Σ tₘ over the terms of M, and the mean of m under weights tₘ.
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
