import MoCAProtocols

/// Rayleigh's test of uniformity on the sphere (Mardia and Jupp, "Directional Statistics", 2000, section 10.4.1):
/// N d |mean|², about χ² with d degrees of freedom for uniform codes.
///
/// It sees a common direction and nothing else.
public struct RayleighTest: LatentMeasure {
  public static let name = "rayleigh"
  public static let unit = "N d |mean|², d at a match"

  private let latentSize: Int

  public init?(_ reference: LatentReference) {
    if reference.prior.geometry != .sphere { return nil }
    latentSize = reference.latentSize
  }

  public func value(of codes: Tensor) -> Double {
    codes.to(dtype: .float64).mean(along: 0).squared().sum().item * Double(codes.shape[0] * latentSize)
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    UpperTail.chiSquare(value, degrees: Double(latentSize))
  }
}
