import MoCAProtocols

/// The mean and the covariance of features, gathered batch by batch: all that a Fréchet distance needs of a set.
///
/// Everything is `float64`. A batch is added by the pairwise update of Chan, Golub and LeVeque ("Updating formulae
/// and a pairwise algorithm for computing sample variances", Stanford 1979): with n₁, n₂ images, means μ₁, μ₂ and
/// scatters S (sums of (x − μ)(x − μ)ᵀ), the union has S = S₁ + S₂ + n₁n₂/(n₁+n₂) (μ₂ − μ₁)(μ₂ − μ₁)ᵀ. Unlike sums
/// of squares it loses no digits where the mean is large. The covariance is unbiased, S / (n − 1).
public struct FeatureMoments {
  /// How many images.
  public private(set) var count: Int
  /// `[d]`.
  public private(set) var mean: Tensor
  /// S, `[d, d]`.
  private var scatter: Tensor

  /// No images yet.
  public init(featureCount: Int, on device: Device = .cpu) {
    count = 0
    mean = .zeros([featureCount], dtype: .float64, on: device)
    scatter = .zeros([featureCount, featureCount], dtype: .float64, on: device)
  }

  /// The moments of `[n, d]` features.
  ///
  /// - Throws: ``ImageScoreError/notFinite(rows:of:)``.
  public init(_ features: Tensor) throws {
    self.init(featureCount: columnCount(of: features), on: features.device)
    try add(features)
  }

  /// How many features describe an image.
  public var featureCount: Int { mean.shape[0] }

  /// The unbiased covariance, `[d, d]`; zero for fewer than two images.
  public var covariance: Tensor { scatter / Double(max(1, count - 1)) }

  /// Adds `[n, d]` features, in pieces of 4,096 rows; where it throws, nothing was added.
  ///
  /// - Throws: ``ImageScoreError/notFinite(rows:of:)``.
  public mutating func add(_ features: Tensor) throws {
    let result = try withoutGradients {
      try checkFeatures(features)
      return features.blocks(ofRows: 4096).reduce(self) { sum, rows in
        let values = rows.to(dtype: .float64, on: mean.device)
        let mean = values.mean(along: 0)
        let centred = values - mean
        return sum.merged(
          count: rows.shape[0], mean: mean, scatter: centred.transposed().matmul(centred))
      }
    }
    self = result
  }

  /// The moments of both sets together.
  ///
  /// - Throws: ``ImageScoreError/differentFeatures(_:_:)``.
  public func merged(with other: FeatureMoments) throws -> FeatureMoments {
    if featureCount != other.featureCount {
      throw ImageScoreError.differentFeatures(featureCount, other.featureCount)
    }
    return merged(
      count: other.count, mean: other.mean.to(on: mean.device), scatter: other.scatter.to(on: mean.device))
  }

  private func merged(count added: Int, mean other: Tensor, scatter its: Tensor) -> FeatureMoments {
    if added == 0 { return self }
    if other.shape != mean.shape { fatalError("\(other.shape[0]) features cannot join \(featureCount)") }
    var result = self
    let total = Double(count + added)
    let step = other - mean
    let outer = step.expandingDimension(at: 1) * step.expandingDimension(at: 0)
    result.count = count + added
    result.mean = mean + step * (Double(added) / total)
    result.scatter = scatter + its + outer * (Double(count) * Double(added) / total)
    return result
  }
}
