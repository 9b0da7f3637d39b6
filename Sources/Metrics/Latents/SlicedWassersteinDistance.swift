import MoCAProtocols

/// Sliced Wasserstein-2 distance (Bonneel et al., J. Math. Imaging Vis. 2015; Kolouri et al., ICLR 2019): the root of
/// the mean over 128 random directions of W₂² between projected codes and projected prior.
///
/// W₂² is the mean squared difference of sorted projections and the prior's quantiles, or those of as many draws where
/// the quantiles are not known. In units of the standard deviation of a projection of the prior, so that 0.1 means the
/// same in every dimension.
public struct SlicedWassersteinDistance: LatentMeasure {
  public static let name = "slicedWasserstein"
  public static let unit =
    "sliced W₂ over a projection's standard deviation, towards 0 with N at a match"
  public static let kind = ScoreKind.codeDistance
  public static let nullLimit = 99

  private let directions: Tensor
  private let target: Tensor

  public init?(_ reference: LatentReference) {
    let directions = reference.directions(128)
    let quantiles = reference.prior.projectionQuantiles(reference.count).map {
      Tensor($0.map(Float.init), shape: [1, $0.count]).to(on: directions.device)
    }
    self.directions = directions
    target = quantiles ?? Self.projections(of: reference.draws(), on: directions)
  }

  public func value(of codes: Tensor) -> Double {
    Self.distance(Self.projections(of: codes, on: directions), target)
  }

  /// The distance between equally many codes and draws along unit rows `[directions, latentSize]`.
  public static func distance(_ codes: Tensor, _ draws: Tensor, along directions: Tensor) -> Double {
    distance(projections(of: codes, on: directions), projections(of: draws, on: directions))
  }

  private static func distance(_ sorted: Tensor, _ target: Tensor) -> Double {
    ((sorted - target).squared().mean().item / target.squared().mean().item).squareRoot()
  }

  /// Sorted in each row: `[directions, count]`.
  private static func projections(of codes: Tensor, on directions: Tensor) -> Tensor {
    directions.matmul(codes.transposed()).sorted(along: 1)
  }
}
