import MoCAProtocols

/// How well codes match the prior, each score beside the same score of as many draws of the prior.
///
/// The null value is what a perfect match would give at this number of codes: a score is read against it.
///
/// These are the quick scores that training logs. An evaluation has its own of nearly the same names, each with a null
/// band: its `slicedWasserstein` (``SlicedWassersteinDistance``) takes 128 directions where this one takes 256, and its
/// `meanNorm` (``StandardizedMean``) is this one over the normal prior's σ, and not defined for other priors.
public struct LatentMatch: Sendable {
  /// What is measured; the names stand in logs.
  public enum Measure: String, CaseIterable, Sendable {
    case slicedWasserstein, meanNorm, effectiveRank

    /// Which values are better.
    public var order: ScoreOrder {
      switch self {
      case .slicedWasserstein, .meanNorm: .lower
      case .effectiveRank: .nearerToNull
      }
    }

    /// Which question it answers.
    public var kind: ScoreKind { self == .slicedWasserstein ? .codeDistance : .other }

    /// What it is measured in.
    public var unit: String {
      switch self {
      case .slicedWasserstein: "standard deviations of a projection of the prior"
      case .meanNorm: "norm of the codes' mean"
      case .effectiveRank: "dimensions"
      }
    }
  }

  /// One score.
  public struct Score: Sendable {
    /// What was measured.
    public let measure: Measure
    /// Of the codes.
    public let value: Double
    /// Of draws of the prior.
    public let null: Double
  }

  /// The scores.
  public let scores: [Score]

  /// Measures codes.
  ///
  /// Codes that are not finite give scores of NaN.
  ///
  /// - Parameters:
  ///   - codes: `[count, latentSize]` on the prior's support, best of held-out images.
  ///   - prior: The distribution that they should follow.
  ///   - generator: Draws of the prior and directions.
  public init(of codes: Tensor, against prior: any Prior, using generator: Generator) {
    let count = codes.shape[0]
    let directions = Tensor.normal([prior.latentSize, 256], using: generator).normalized(along: 0)
    let (draws, others) = (prior.sample(count, using: generator), prior.sample(count, using: generator))
    let value = { (measure: Measure, codes: Tensor) -> Double in
      switch measure {
      case .slicedWasserstein: slicedWasserstein(codes, prior, reference: others, along: directions)
      case .meanNorm: codes.mean(along: 0).norm(along: 0).item
      case .effectiveRank: effectiveRank(codes)
      }
    }
    scores = withoutGradients {
      let isSound = codes.isFinite.all().item != 0
      return Measure.allCases.map {
        Score(measure: $0, value: isSound ? value($0, codes) : .nan, null: value($0, draws))
      }
    }
  }

  public subscript(measure: Measure) -> Score? { scores.first { $0.measure == measure } }
}

/// The root of the mean over directions of W₂² between projected codes and the prior, in units of the standard
/// deviation of a projection of the prior, so that 0.1 means the same in every dimension.
private func slicedWasserstein(
  _ codes: Tensor, _ prior: any Prior, reference: Tensor, along directions: Tensor
) -> Double {
  codes.sortedProjections(along: directions).slicedDistance(
    to: prior.quantileColumn(codes.shape[0], on: codes.device)
      ?? reference.sortedProjections(along: directions))
}

/// exp of the entropy of the normalised eigenvalues of the covariance (Roy and Vetterli, EUSIPCO 2007): d where all
/// directions vary alike, 1 where one does. NaN where the covariance is not finite.
public func effectiveRank(_ codes: Tensor) -> Double {
  let centred = codes - codes.mean(along: 0, keepsDimensions: true)
  let covariance = centred.transposed().matmul(centred) / Double(max(1, codes.shape[0] - 1))
  if covariance.isFinite.all().item == 0 { return .nan }
  let eigenvalues = covariance.to(dtype: .float64).symmetricEigenvalues().clamped(min: 0)
  let total = eigenvalues.sum().item
  if total <= 0 { return 0 }
  let shares = (eigenvalues / total).clamped(min: 1e-300)
  return (-(shares * shares.log()).sum()).exp().item
}
