import Foundation
import MoCAProtocols

/// A kernel as a mixture of Gaussian ones, k(r²) = Σ w (exp(−t r²) − offset): its mean over a normal
/// distribution is in closed form, E exp(−t |z − p|²) = (1 + 2tσ²)^(−d/2) exp(−t |z|² / (1 + 2tσ²)).
struct GaussianMixtureKernel {
  /// t of each part.
  let rates: [Double]
  /// w of each part.
  let weights: [Double]
  /// What is taken off each exponential.
  let offset: Double

  /// ∫ w(v) (exp(−t(v) r²) − offset) dv over v > 0, by v = y / (1 − y) and 128 Gauss-Legendre nodes.
  init(offset: Double, rate: (Double) -> Double, weight: (Double) -> Double) {
    let rule = GaussLegendre(128)
    let places = rule.nodes.map { $0 / (1 - $0) }
    rates = places.map(rate)
    weights = zip(places, zip(rule.nodes, rule.weights)).map { place, node in
      weight(place) * node.1 / ((1 - node.0) * (1 - node.0))
    }
    self.offset = offset
  }

  /// Its means over the normal distribution of that size and scale, where `far` is the kernel's mean at large
  /// |z|².
  func expectation(latentSize: Int, scale: Double, far: @escaping (Tensor) -> Tensor)
    -> KernelDiscrepancy.Expectation
  {
    let (half, variance) = (Double(latentSize) / 2, scale * scale)
    let own = rates.indices.reduce(0.0) {
      $0 + weights[$1] * (exp(-half * log1p(4 * rates[$1] * variance)) - offset)
    }
    let spreads = rates.map { 1 + 2 * $0 * variance }
    let slopes = zip(rates, spreads).map { -$0 / $1 }
    let factors = zip(weights, spreads).map { $0 * exp(-half * log($1)) }
    let shift = weights.reduce(0, +) * offset
    let row = { (values: [Double], device: Device) in
      Tensor(values, shape: [1, values.count]).to(on: device)
    }
    return .init(own: own) { codes in
      // Beyond 100 √C the nodes no longer see where the integrand bends; there the codes' own distance counts.
      let squares = codes.to(dtype: .float64).squared().sum(along: 1, keepsDimensions: true)
      let parts = (squares * row(slopes, codes.device)).exp() * row(factors, codes.device)
      let near = parts.sum(along: 1, keepsDimensions: true) - shift
      let isNear = squares.isLess(than: 4e4 * half * variance)
      return near.selecting(where: isNear, otherwise: far(squares)).mean().item
    }
  }
}
