import MoCAProtocols

/// The Fréchet distance between two sets of features, each taken for a normal distribution: the FID where the
/// features are those of the 2015 Inception graph.
///
///     |μ₁ − μ₂|² + Tr(C₁ + C₂ − 2 (C₁C₂)^½)
///
/// Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017;
/// the squared Wasserstein-2 distance of two normal distributions (Dowson and Landau, J. Multivariate Anal.
/// 1982). Its unit is that of the squared features; it is 0 for equal moments and unbounded above.
///
/// With Cᵢ = RᵢᵀRᵢ from the symmetric eigensystems, Tr (C₁C₂)^½ is the sum of the singular values of R₁R₂ᵀ, which are
/// the roots of the eigenvalues of R₁C₂R₁ᵀ. Unlike the root of the product this is real, symmetric in the two sets,
/// and loses no digits where a covariance is singular; eigenvalues below d ε λₘₐₓ are rounding and count as zero.
///
/// Bias: the expectation falls with the number of images, at a rate that depends on the model. Compare at equal
/// numbers only, or use ``extrapolatedFrechetDistance(of:reference:points:using:progress:)``.
///
/// - Parameter allowsFew: Whether sets of at most d images pass, whose covariance is singular: the value then says
///   more about the number of images than about their distribution.
/// - Throws: ``ImageScoreError``.
public func frechetDistance(
  _ first: FeatureMoments, _ second: FeatureMoments, allowsFew: Bool = false
) throws -> Double {
  try withoutGradients {
    try FrechetReference(first, allowsFew: allowsFew).distance(to: second)
  }
}

/// One side of a Fréchet distance with the root of its covariance, which is costly.
struct FrechetReference {
  private let moments: FeatureMoments
  private let allowsFew: Bool
  private let root: Tensor?

  init(_ moments: FeatureMoments, allowsFew: Bool) throws {
    try Self.check(moments, allowsFew)
    self.moments = moments
    self.allowsFew = allowsFew
    root = Self.root(of: moments.covariance)
  }

  func distance(to other: FeatureMoments) throws -> Double {
    try Self.check(other, allowsFew)
    if moments.featureCount != other.featureCount {
      throw ImageScoreError.differentFeatures(moments.featureCount, other.featureCount)
    }
    let device = moments.mean.device
    let covariance = other.covariance.to(on: device)
    let shift = (moments.mean - other.mean.to(on: device)).squared().sum().item
    let traces = (moments.covariance.diagonal().sum() + covariance.diagonal().sum()).item
    let common = root.map { Self.commonTrace($0, covariance) } ?? 0
    // The exact value is not negative; equal sets leave a rounding error of either sign.
    return shift + max(0, traces - 2 * common)
  }

  private static func check(_ moments: FeatureMoments, _ allowsFew: Bool) throws {
    let needed = allowsFew ? 2 : moments.featureCount + 1
    if moments.count < needed {
      throw ImageScoreError.tooFew(
        score: "a Fréchet distance in \(moments.featureCount) features", found: moments.count, needed: needed,
        reason: "with fewer the covariance is singular and the value depends on their number",
        remedy: "take more images or a score for small sets, as the kernel distance (KID)")
    }
  }

  /// Tr (C₁C₂)^½ from R₁ and C₂.
  private static func commonTrace(_ root: Tensor, _ covariance: Tensor) -> Double {
    let product = root.matmul(covariance).matmul(root.transposed())
    let squares = ((product + product.transposed()) / 2).symmetricEigenvalues().doubles
    let largest = squares.last ?? 0
    // An eigenvalue s has an error of about ε s(max), and its root one of ε s(max) / (2 √s): far too much where s is
    // small. Singular values have none of that, at five times the time.
    let (values, error) = squares.reduce((0.0, 0.0)) { sums, square in
      let value = max(square, .ulpOfOne * largest).squareRoot()
      return (sums.0 + value, sums.1 + .ulpOfOne * largest / (2 * value))
    }
    if largest > 0 && error <= 1e-10 * values { return values }
    guard let other = self.root(of: covariance) else { return 0 }
    return root.matmul(other.transposed()).singularValues().sum().item
  }

  /// R of C = RᵀR, `[rank, d]`; `nil` where the covariance is zero.
  private static func root(of covariance: Tensor) -> Tensor? {
    let (values, vectors) = covariance.symmetricEigensystem()
    let eigenvalues = values.doubles
    let limit = Double(eigenvalues.count) * .ulpOfOne * max(0, eigenvalues.last ?? 0)
    let rank = eigenvalues.count { $0 > limit }
    if rank == 0 { return nil }
    let first = eigenvalues.count - rank  // ascending
    let scales = values.narrowed(along: 0, from: first, count: rank).squareRoot()
    let kept = vectors.narrowed(along: 1, from: first, count: rank).transposed()
    return kept * scales.expandingDimension(at: 1)
  }
}
