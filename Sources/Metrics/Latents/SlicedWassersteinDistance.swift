import MoCAProtocols

/// Sliced Wasserstein-2 distance (Bonneel et al., J. Math. Imaging Vis. 2015; Kolouri et al., ICLR 2019): the root of
/// the mean over 128 random directions of W₂² between projected codes and projected prior.
///
/// W₂² is the mean squared difference of sorted projections and the prior's quantiles, or those of as many draws where
/// the quantiles are not known. In units of the standard deviation of a projection of the prior, so that 0.1 means the
/// same in every dimension. Training logs the same over 256 directions of its own, as `heldOut.slicedWasserstein`.
public struct SlicedWassersteinDistance: LatentMeasure {
  public static let name = "slicedWasserstein"
  public static let unit =
    "sliced W₂ over a projection's standard deviation, towards 0 with N at a match"
  public static let kind = ScoreKind.codeDistance
  public static let nullLimit = 99

  private let directions: Tensor
  private let target: Tensor

  public init?(_ reference: LatentReference) {
    directions = reference.directions(128).transposed()
    target =
      reference.prior.quantileColumn(reference.count, on: directions.device)
      ?? reference.draws().sortedProjections(along: directions)
  }

  public func value(of codes: Tensor) -> Double {
    codes.sortedProjections(along: directions).slicedDistance(to: target)
  }
}
