import MoCAProtocols

/// The sliced Wasserstein distance of two sets of features, in the unit of a Fréchet distance (MIND).
///
///     3 d · mean over directions u of W₂²(u·x, u·y)
///
/// Berthet et al., "MIND: Monge Inception Distance for generative models evaluation", arXiv 2605.06797: 1,000
/// directions uniform on the sphere; W₂² of a projection is the mean squared difference of its sorted values. Unlike
/// the Fréchet distance it sees more than two moments and needs no more images than features. Of unequal sets the
/// larger is thinned at random to the size of the smaller. Two samples of one distribution give a value above
/// 0 that falls like 1/n: compare at equal numbers.
///
/// - Parameters:
///   - generated: `[n, d]`.
///   - reference: `[m, d]`.
///   - directionCount: How many directions.
///   - generator: Draws directions and thins.
/// - Throws: ``ImageScoreError``.
public func slicedFeatureDistance(
  _ generated: Tensor, _ reference: Tensor, directions directionCount: Int = 1000, using generator: Generator
) throws -> Double {
  try checkFeatures(generated, reference)
  return try withoutGradients {
    let directions = Tensor.normal([generated.shape[1], directionCount], using: generator)
      .normalized(along: 0)
    let count = min(generated.shape[0], reference.shape[0])
    func thinned(_ features: Tensor) -> Tensor {
      if features.shape[0] == count { return features }
      let kept = Tensor.permutation(features.shape[0], using: generator)
        .narrowed(along: 0, from: 0, count: count)
      return features.gathered(along: 0, at: kept.to(on: features.device))
    }
    return try slicedFeatureDistance(thinned(generated), thinned(reference), along: directions)
  }
}

/// The same of two sets of one size along given unit vectors, `[d, directions]`.
///
/// - Throws: ``ImageScoreError``.
public func slicedFeatureDistance(
  _ generated: Tensor, _ reference: Tensor, along directions: Tensor
) throws -> Double {
  try checkFeatures(generated, reference)
  if generated.shape[0] != reference.shape[0] {
    fatalError(
      "sorted projections need sets of one size, found \(generated.shape[0]) and \(reference.shape[0])")
  }
  if generated.shape[0] == 0 {
    throw ImageScoreError.tooFew(
      score: "the sliced distance", found: 0, needed: 1, reason: "a set is empty", remedy: "generate images")
  }
  return withoutGradients {
    // A hundred directions at once: 50,000 sorted projections of both sets take 40 MB.
    let sum = rowRanges(directions.shape[1], size: 100).reduce(0.0) { sum, columns in
      let some = directions.narrowed(along: 1, from: columns.lowerBound, count: columns.count)
        .to(dtype: .float32, on: generated.device)
      let first = generated.to(dtype: .float32).sortedProjections(along: some)
      let second = reference.to(dtype: .float32, on: generated.device).sortedProjections(along: some)
      return sum + (first - second).squared().mean(along: 0).to(dtype: .float64).sum().item
    }
    return 3 * Double(generated.shape[1]) * sum / Double(directions.shape[1])
  }
}
