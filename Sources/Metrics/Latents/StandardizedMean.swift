import MoCAProtocols

/// The norm of the codes' mean over the normal prior's σ: N times its square is χ² with d degrees of freedom.
///
/// Training logs the norm itself, of any prior, as `heldOut.meanNorm`; the two are equal where σ is 1.
public struct StandardizedMean: LatentMeasure {
  public static let name = "meanNorm"
  public static let unit = "|mean| / σ, about √(d/N) at a match"

  private let scale: Double
  private let count: Double
  private let size: Double

  public init?(_ reference: LatentReference) {
    guard let scale = reference.prior.normalScale else { return nil }
    self.scale = scale
    count = Double(reference.count)
    size = Double(reference.latentSize)
  }

  public func value(of codes: Tensor) -> Double {
    codes.to(dtype: .float64).mean(along: 0).norm(along: 0).item / scale
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    UpperTail.chiSquare(count * value * value, degrees: size)
  }
}
