import Foundation
import MoCAProtocols

/// Cramér-Wold distance (Tabor et al., "Cramer-Wold Auto-Encoder", JMLR 2020), not its logarithm.
///
/// Both distributions are projected on a direction and smoothed by N(0, γ), γ = (4/(3N))^(2/5); the squared
/// difference of the densities is integrated and averaged over all directions:
/// 1/(2√(πγ)) (mean φ(|zᵢ − zⱼ|²/4γ) + mean φ(|pᵢ − pⱼ|²/4γ) − 2 mean φ(|zᵢ − pⱼ|²/4γ)), φ(s) = ₁F₁(½; d/2; −s). Codes
/// are first scaled to a mean square of one for each coordinate, as the prior's are. Pairs of a point with itself
/// count. Closed form for the normal distribution and the uniform sphere; from 20 dimensions on φ is the
/// paper's approximation.
public struct CramerWoldDistance: LatentMeasure {
  public static let name = "cramerWold"
  public static let unit = "Cramér-Wold distance at Silverman's bandwidth, falls towards 0 with N at a match"
  public static let codeLimit = 2_000
  public static let nullLimit = 199

  private let scale: Double
  private let discrepancy: KernelDiscrepancy

  public init?(_ reference: LatentReference) {
    let prior = reference.prior
    let size = Double(prior.latentSize)
    let profile = CramerWoldKernel(dimension: prior.latentSize)
    profile.move(to: reference.generator.device)
    let bandwidth = pow(4 / (3 * Double(reference.count)), 0.4)
    let factor = 0.5 / (Double.pi * bandwidth).squareRoot()
    // Two draws of a distribution of unit variance are 2d apart in the mean square.
    let scale = (2 * size / prior.kernelScale).squareRoot()
    let kernel = { (squares: Tensor) in profile.value(at: squares * (0.25 / bandwidth)) * factor }
    let expectation: KernelDiscrepancy.Expectation
    if prior.geometry == .sphere {
      expectation = .sphere(prior.latentSize) {
        factor * profile.value(at: max(0, $0) * size * 0.25 / bandwidth)
      }
    } else if prior.normalScale != nil {
      expectation = Self.normal(profile, bandwidth)
    } else {
      let draws = reference.draws() * scale
      expectation = .init(
        own: PairSums.mean(within: draws, ownPair: factor, of: kernel),
        cross: { PairSums.mean($0, draws, of: kernel) })
    }
    self.scale = scale
    discrepancy = KernelDiscrepancy(kernel: kernel, ownPair: factor, expectation: expectation)
  }

  public func value(of codes: Tensor) -> Double { discrepancy.value(of: codes * scale) }

  /// Against N(0, I): with 1/√(1 + γ) for the prior's own part and the distance to the origin for the other.
  private static func normal(
    _ profile: CramerWoldKernel, _ bandwidth: Double
  ) -> KernelDiscrepancy.Expectation {
    let wide = 0.5 / (Double.pi * (bandwidth + 0.5)).squareRoot()
    return .init(own: 0.5 / (Double.pi * (1 + bandwidth)).squareRoot()) { codes in
      let squares = codes.squared().sum(along: 1) * (0.25 / (bandwidth + 0.5))
      return profile.value(at: squares).mean().item * wide
    }
  }
}
