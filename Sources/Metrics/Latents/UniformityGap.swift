import Foundation
import MoCAProtocols

/// Uniformity (Wang and Isola, ICML 2020) less its value on exactly uniform codes: log E exp(−2 |z − z′|²) over pairs
/// of different codes, minus log M(4) − 4, where M is the exponential moment of a coordinate.
///
/// On the sphere only. 0.1 says that the mean kernel is 10 % above that of uniform codes.
public struct UniformityGap: LatentMeasure {
  public static let name = "uniformityGap"
  public static let unit = "log mean Gaussian kernel less its value for uniform codes (nats), 0 at a match"
  public static let codeLimit = 2_000
  public static let nullLimit = 199

  private static let sharpness = 2.0
  private let optimum: Double

  public init?(_ reference: LatentReference) {
    if reference.prior.geometry != .sphere { return nil }
    let concentration = 2 * Self.sharpness
    optimum = UnitSphere.logMoment(concentration, dimension: reference.latentSize) - concentration
  }

  public func value(of codes: Tensor) -> Double {
    log(PairSums.mean(within: codes, ownPair: nil) { ($0 * -Self.sharpness).exp() }) - optimum
  }
}
