import Foundation

/// Closed forms of the uniform law on the unit sphere of d dimensions.
///
/// A coordinate u = sin φ of a uniform point has the density ∝ cos^(d−2) φ in φ, so that (u + 1)/2 follows
/// Beta((d−1)/2, (d−1)/2). Everything here integrates that density numerically, in `Double`.
public enum UnitSphere {
  /// log M(κ), where M(κ) = E exp(κ u) = Γ(d/2) (2/κ)^(d/2−1) I_(d/2−1)(κ).
  public static func logMoment(_ concentration: Double, dimension: Int) -> Double {
    let exponent = Double(dimension - 2)
    let tilted = logIntegral { concentration * sin($0) + exponent * logCosine($0) }
    let plain = logIntegral { exponent * logCosine($0) }
    return tilted - plain
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
        sums.0 + gaussLegendre(from: start, to: start + width) { density($0) * function(sin($0)) },
        sums.1 + gaussLegendre(from: start, to: start + width, density)
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
      cumulative.append(cumulative[cell] + gaussLegendre(from: start, to: start + width, density))
    }
    let total = cumulative[cells]
    return (0..<count).map { index in
      let target = (Double(index) + 0.5) / Double(count) * total
      let cell = max(0, firstIndex(in: cumulative, notBelow: target) - 1)
      let start = -Double.pi / 2 + Double(cell) * width
      var (lower, upper) = (start, start + width)
      for _ in 0..<60 {
        let middle = (lower + upper) / 2
        let mass = cumulative[cell] + gaussLegendre(from: start, to: middle, density)
        if mass < target { lower = middle } else { upper = middle }
      }
      return sin((lower + upper) / 2)
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

  /// log ∫ exp(f) over [−π/2, π/2].
  private static func logIntegral(_ exponent: (Double) -> Double) -> Double {
    let cells = 2048
    let width = Double.pi / Double(cells)
    let peak = (0...cells).map { exponent(-Double.pi / 2 + Double($0) * width) }.max() ?? 0
    let sum = (0..<cells).reduce(0.0) { sum, cell in
      let start = -Double.pi / 2 + Double(cell) * width
      return sum + gaussLegendre(from: start, to: start + width) { exp(exponent($0) - peak) }
    }
    return peak + log(sum)
  }

  /// Five-point Gauss-Legendre quadrature.
  private static func gaussLegendre(from start: Double, to end: Double, _ body: (Double) -> Double) -> Double
  {
    let (center, half) = ((start + end) / 2, (end - start) / 2)
    let inner = (5 - 2 * (10.0 / 7).squareRoot()).squareRoot() / 3
    let outer = (5 + 2 * (10.0 / 7).squareRoot()).squareRoot() / 3
    let innerWeight = (322 + 13 * 70.0.squareRoot()) / 900
    let outerWeight = (322 - 13 * 70.0.squareRoot()) / 900
    let sum =
      128.0 / 225 * body(center)
      + innerWeight * (body(center - half * inner) + body(center + half * inner))
      + outerWeight * (body(center - half * outer) + body(center + half * outer))
    return half * sum
  }
}
