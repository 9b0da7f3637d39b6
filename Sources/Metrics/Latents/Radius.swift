import MoCAProtocols

/// The root mean square norm of the codes over the normal prior's σ√d: N d times its square is χ² with N d degrees of
/// freedom. Below 1 the codes are crowded at the origin, above they lie too far out.
public struct Radius: LatentMeasure {
  public static let name = "radius"
  public static let unit = "root mean square norm over σ√d, 1 at a match"
  public static let isTwoSided = true

  private let scale: Double

  public init?(_ reference: LatentReference) {
    guard let scale = reference.prior.normalScale else { return nil }
    self.scale = scale
  }

  public func value(of codes: Tensor) -> Double {
    codes.to(dtype: .float64).squared().mean().item.squareRoot() / scale
  }
}
