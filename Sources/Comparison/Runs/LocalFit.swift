import Foundation

/// What stays of a curve when a parabola is fitted around each of its points, and what that says about its noise.
///
/// A fit takes some of the noise with it, and more of it where neighbours resemble each other. How much is known for
/// noise whose correlation falls geometrically with distance, so scale and correlation are corrected for it.
struct LocalFit {
  /// Points on either side that a fit looks at.
  private let radius: Int
  /// The weights that give the residual, by the place of a point in its window.
  private let filters: [[Double]]

  init(radius: Int) {
    self.radius = radius
    filters = (0...(2 * radius)).map { Self.filter(at: $0, radius: radius) }
  }

  /// The residuals, each divided by the share of white noise's deviation that its fit leaves.
  func residuals(of values: [Double]) -> [Double] {
    values.indices.map { index in
      let start = min(max(0, index - radius), values.count - filters.count)
      let filter = filters[index - start]
      let sum = filter.indices.reduce(0) { $0 + filter[$1] * values[start + $1] }
      return sum / share(of: filter, correlation: 0).squareRoot()
    }
  }

  /// The factor from the scale of residuals, as white noise has it, to that of correlated noise.
  func correction(for correlation: Double) -> Double {
    (share(of: filters[radius], correlation: 0) / share(of: filters[radius], correlation: correlation))
      .squareRoot()
  }

  /// The correlation of neighbouring values whose residuals correlate as given; at most `limit`.
  func correlation(ofResiduals found: Double, limit: Double) -> Double {
    let products = Self.products(of: filters[radius])
    return stride(from: 0, to: limit, by: 0.02).first { correlation in
      let neighbours = products.indices.reduce(0) { sum, lag in
        let (near, far) = (abs(lag - 1), lag + 1)
        let powers = Self.power(correlation, near) + (lag == 0 ? 0 : Self.power(correlation, far))
        return sum + products[lag] * powers
      }
      return neighbours / share(of: filters[radius], correlation: correlation) >= found
    } ?? limit
  }

  /// The variance that a filter leaves of noise of variance 1.
  private func share(of filter: [Double], correlation: Double) -> Double {
    if correlation == 0 { return filter.reduce(0) { $0 + $1 * $1 } }
    let products = Self.products(of: filter)
    return products.indices.reduce(0) { $0 + products[$1] * Self.power(correlation, $1) * ($1 == 0 ? 1 : 2) }
  }

  /// The sums of products of weights `lag` apart, by lag.
  private static func products(of filter: [Double]) -> [Double] {
    filter.indices.map { lag in
      (0..<(filter.count - lag)).reduce(0) { $0 + filter[$1] * filter[$1 + lag] }
    }
  }

  /// 0⁰ is 1.
  private static func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }

  /// One minus the weights with which a parabola fitted to the window has its value at `place`.
  private static func filter(at place: Int, radius: Int) -> [Double] {
    let positions = (0...(2 * radius)).map { Double($0 - place) / Double(radius) }
    let moments = (0...4).map { power in positions.reduce(0) { $0 + Self.power($1, power) } }
    // The first column of the inverse of the normal equations, by its minors.
    let minors = [
      moments[2] * moments[4] - moments[3] * moments[3],
      moments[2] * moments[3] - moments[1] * moments[4],
      moments[1] * moments[3] - moments[2] * moments[2],
    ]
    let determinant = (0..<3).reduce(0) { $0 + moments[$1] * minors[$1] }
    return positions.enumerated().map { index, x in
      let weight = (minors[0] + minors[1] * x + minors[2] * x * x) / determinant
      return (index == place ? 1 : 0) - weight
    }
  }
}
