import MoCAProtocols

/// The kernel distance between two sets of features: the KID where the features are those of the 2015 Inception
/// graph.
///
/// Bińkowski et al., "Demystifying MMD GANs", ICLR 2018: the squared maximum mean discrepancy with the kernel
/// k(x, y) = (x·y/d + 1)³, in its unbiased estimate over subsets of m images X and Y,
///
///     Σᵢ≠ⱼ [k(xᵢ, xⱼ) + k(yᵢ, yⱼ)] / (m (m − 1)) − 2 Σᵢⱼ k(xᵢ, yⱼ) / m²,
///
/// averaged over subsets drawn without replacement; 100 subsets of 1,000 as in the authors' code. It is unbiased at
/// every number of images, so that values at unequal numbers may be compared; for equal distributions it is 0
/// on average and often negative. The usual tools report the standard deviation over subsets, which does not
/// shrink with their number; the standard error is that of the mean over subsets of the images at hand and
/// understates the whole uncertainty, since subsets overlap.
public struct KernelDistance: Codable, Sendable {
  /// The mean over subsets.
  public let value: Double
  /// The standard deviation over subsets (divisor: their number).
  public let standardDeviation: Double
  /// The standard error of the mean over subsets (from the unbiased deviation).
  public let standardError: Double
  /// How many subsets.
  public let subsetCount: Int
  /// How many images of either set in a subset.
  public let subsetSize: Int

  init(_ values: [Double], subsetSize: Int) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    value = mean
    standardDeviation = (squares / count).squareRoot()
    standardError = (squares / max(1, count - 1) / count).squareRoot()
    subsetCount = values.count
    self.subsetSize = subsetSize
  }
}

/// The kernel distance over random subsets.
///
/// - Parameters:
///   - generated: `[n, d]`.
///   - reference: `[m, d]`.
///   - subsetCount: How many subsets.
///   - subsetSize: Images of either set in a subset, at least 2.
///   - generator: Draws the subsets.
/// - Throws: ``ImageScoreError`` where a set is smaller than a subset or features are not finite.
public func kernelDistance(
  _ generated: Tensor, _ reference: Tensor, subsetCount: Int = 100, subsetSize: Int = 1000,
  using generator: Generator
) throws -> KernelDistance {
  if subsetSize < 2 || subsetCount < 1 {
    fatalError("the kernel distance needs subsets of at least 2, asked for \(subsetCount) of \(subsetSize)")
  }
  try checkFeatures(generated, reference)
  let smaller = min(generated.shape[0], reference.shape[0])
  if smaller < subsetSize {
    throw ImageScoreError.tooFew(
      score: "the kernel distance", found: smaller, needed: subsetSize,
      reason: "a subset has that many of either set", remedy: "take more images or smaller subsets")
  }
  func subset(of features: Tensor) -> Tensor {
    Tensor.permutation(features.shape[0], using: generator).narrowed(along: 0, from: 0, count: subsetSize)
  }
  let subsets = (0..<subsetCount).map { _ in (subset(of: generated), subset(of: reference)) }
  return try kernelDistance(generated, reference, subsets: subsets)
}

/// The kernel distance over given subsets: pairs of `[m]` positions (`int64`) in either set, all of one size.
///
/// - Throws: ``ImageScoreError`` where features are not finite.
public func kernelDistance(
  _ generated: Tensor, _ reference: Tensor, subsets: [(generated: Tensor, reference: Tensor)]
) throws -> KernelDistance {
  try withoutGradients {
    try checkFeatures(generated, reference)
    let size = subsets.first?.generated.elementCount ?? 0
    if size < 2 || subsets.contains(where: { $0.generated.shape != [size] || $0.reference.shape != [size] }) {
      fatalError("the kernel distance needs subsets of one size, at least 2")
    }
    let values = subsets.map { subset in
      unbiasedDiscrepancy(
        generated.gathered(along: 0, at: subset.generated.to(on: generated.device)).to(dtype: .float64),
        reference.gathered(along: 0, at: subset.reference.to(on: reference.device))
          .to(dtype: .float64, on: generated.device))
    }
    return KernelDistance(values, subsetSize: size)
  }
}

private func unbiasedDiscrepancy(_ first: Tensor, _ second: Tensor) -> Double {
  let count = Double(first.shape[0])
  func kernel(_ x: Tensor, _ y: Tensor) -> Tensor {
    (x.matmul(y.transposed()) / Double(x.shape[1]) + 1).power(3)
  }
  func within(_ x: Tensor) -> Tensor {
    let matrix = kernel(x, x)
    return (matrix.sum() - matrix.diagonal().sum()) / (count * (count - 1))
  }
  return (within(first) + within(second) - 2 * kernel(first, second).mean()).item
}
