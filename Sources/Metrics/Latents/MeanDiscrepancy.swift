import Foundation
import MoCAProtocols

/// Maximum mean discrepancy (Gretton et al., "A Kernel Two-Sample Test", JMLR 2012) with the kernel of Tolstikhin et
/// al. (ICLR 2018), k = Σ C_s / (C_s + |x − y|²) with C_s = C · s over s ∈ {0.1, 0.2, 0.5, 1, 2, 5, 10} and the prior's
/// own scale C.
///
/// MMD² = E k(z, z′) − 2 E k(z, p) + E k(p, p′). Pairs of a point with itself are left out, so that a perfect match
/// has the expectation zero. The prior's expectations are exact for the normal distribution and the uniform
/// sphere.
public struct MeanDiscrepancy: LatentMeasure {
  public static let name = "mmd"
  public static let unit = "MMD² of seven inverse multiquadric kernels, 0 at a match, negative by chance"
  public static let codeLimit = 2_000
  public static let nullLimit = 199

  private static let factors = [0.1, 0.2, 0.5, 1, 2, 5, 10]
  private let discrepancy: KernelDiscrepancy

  public init?(_ reference: LatentReference) {
    let prior = reference.prior
    let scale = prior.kernelScale
    let kernel = { (squares: Tensor) in
      let parts = Self.factors.map { (squares * (1 / ($0 * scale)) + 1).power(-1) }
      return parts.dropFirst().reduce(parts[0], +)
    }
    let expectation: KernelDiscrepancy.Expectation
    if prior.geometry == .sphere {
      expectation = .sphere(prior.latentSize) { square in
        Self.factors.reduce(0) { $0 + 1 / (1 + square / ($1 * scale)) }
      }
    } else if let deviation = prior.normalScale {
      // 1 / (1 + r²/(sC)) = ∫ s exp(−st) exp(−t r²/C) dt
      let mixture = GaussianMixtureKernel(
        offset: 0, rate: { $0 / scale },
        weight: { place in Self.factors.reduce(0) { $0 + $1 * exp(-$1 * place) } })
      expectation = mixture.expectation(latentSize: prior.latentSize, scale: deviation, far: kernel)
    } else {
      expectation = .draws(reference, ownPair: nil, kernel)
    }
    discrepancy = KernelDiscrepancy(kernel: kernel, ownPair: nil, expectation: expectation)
  }

  public func value(of codes: Tensor) -> Double { discrepancy.value(of: codes) }
}
