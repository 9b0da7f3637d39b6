import MoCAProtocols

/// The effective rank (Roy and Vetterli, EUSIPCO 2007): exp of the entropy of the covariance's normalised
/// eigenvalues.
///
/// Between 1 and d. Draws of the prior lie a little below d since N is finite; codes above them are more regular than
/// draws, as those of a whitening loss.
public struct EffectiveRank: LatentMeasure {
  public static let name = "effectiveRank"
  public static let unit = "effective rank of the codes' covariance, d where all directions vary alike"
  public static let isTwoSided = true

  public init?(_ reference: LatentReference) {}

  public func value(of codes: Tensor) -> Double { effectiveRank(codes) }
}
