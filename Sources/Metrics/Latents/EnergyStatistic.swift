import Foundation
import MoCAProtocols

/// The energy distance (Székely and Rizzo, "Energy statistics", J. Statist. Plann. Inference 2013):
/// 2 E|z − p| − E|z − z′| − E|p − p′|, over the mean squared distance of two draws' root, √C.
///
/// Pairs of a point with itself count, so that it is never negative. It sees shifts and scales at any distance. The
/// prior's expectations are exact for the normal distribution and the uniform sphere.
public struct EnergyStatistic: LatentMeasure {
  public static let name = "energy"
  public static let unit =
    "energy distance over √(mean squared distance of draws), like 1/N at a match"
  public static let codeLimit = 2_000
  public static let nullLimit = 199

  private let discrepancy: KernelDiscrepancy

  public init?(_ reference: LatentReference) {
    let prior = reference.prior
    let scale = prior.kernelScale
    let kernel = { (squares: Tensor) in (squares * (1 / scale)).squareRoot() * -1 }
    let expectation: KernelDiscrepancy.Expectation
    if prior.geometry == .sphere {
      expectation = .sphere(prior.latentSize) { -(max(0, $0) / scale).squareRoot() }
    } else if let deviation = prior.normalScale {
      // −r = π^(−½) ∫ (exp(−v² r²) − 1) / v² dv
      let mixture = GaussianMixtureKernel(
        offset: 1, rate: { $0 * $0 / scale }, weight: { 1 / ($0 * $0 * Double.pi.squareRoot()) })
      expectation = mixture.expectation(latentSize: prior.latentSize, scale: deviation) { squares in
        // E |z − p| = √(|z|² + (d − 1)σ²), up to the square of dσ²/|z|².
        (squares + Double(prior.latentSize - 1) * deviation * deviation).squareRoot() / -scale.squareRoot()
      }
    } else {
      expectation = .draws(reference, ownPair: 0, kernel)
    }
    discrepancy = KernelDiscrepancy(kernel: kernel, ownPair: 0, expectation: expectation)
  }

  public func value(of codes: Tensor) -> Double { discrepancy.value(of: codes) }
}
