import MoCAProtocols

/// How well codes match the prior: measures with very different eyes, each beside its null band simulated from as many
/// draws of the prior, with the same directions and the same reference.
///
/// The codes must be of images that were not trained on. A measure's probability is exact at every number of codes;
/// with k measures k in a hundred refusals are to be expected of a perfect match. No refusal says that these codes are
/// too few to tell, not that the distributions are equal: the value tells how large a mismatch is.
public struct LatentEvaluation: Codable, Sendable {
  /// The scores, in the order of ``measures``.
  public let scores: [LatentScore]
  /// Codes that were given.
  public let codeCount: Int

  /// The measures; those that do not suit a prior are left out for it.
  public static var measures: [any LatentMeasure.Type] {
    [
      MeanDiscrepancy.self, SlicedWassersteinDistance.self, CramerWoldDistance.self, EnergyStatistic.self,
      CoordinateLaw.self, EffectiveRank.self, ClassifierTest.self,
      SphericalSlicedDistance.self, UniformityGap.self, RayleighTest.self, BinghamTest.self,
      LargestEigenvalue.self, DirectionLaw.self,
      MardiaSkewness.self, MardiaKurtosis.self, StandardizedMean.self, Radius.self,
    ]
  }

  /// Measures codes.
  ///
  /// - Parameters:
  ///   - codes: `[count, latentSize]` on the prior's support, of held-out images. Measures of pairs take a random part
  ///     of at most 2,000, the others of at most 10,000; each score says how many.
  ///   - prior: The distribution that they should follow.
  ///   - nullCount: Null values of a measure; costly measures take 99.
  ///   - generator: Everything random; the codes are moved to its device.
  ///   - measures: Which ones.
  ///   - progress: Told the samples of the prior that are done, and all of them.
  /// - Throws: ``CodeError``.
  public init(
    of codes: Tensor, against prior: any Prior, nullCount: Int = 199, using generator: Generator,
    measures: [any LatentMeasure.Type] = Self.measures, progress: (Int, Int) -> Void = { _, _ in }
  ) throws {
    if nullCount < 99 { fatalError("\(nullCount) null values cannot tell 1 %; ask for at least 99") }
    try Self.check(codes, prior)
    codeCount = codes.shape[0]
    scores = withoutGradients {
      let order = Tensor.permutation(codes.shape[0], using: generator)
      let mixed = codes.detached().to(dtype: .float32, on: generator.device).gathered(along: 0, at: order)
      var series = measures.compactMap { type in
        NullSeries(type, of: mixed, against: prior, nullCount: nullCount, using: generator)
      }
      let rounds = series.map(\.nullCount).max() ?? 0
      for round in 0..<rounds {
        let size = series.map { round < $0.nullCount ? $0.codeCount : 0 }.max() ?? 0
        let draws = prior.sample(size, using: generator)
        for index in series.indices { series[index].add(draws) }
        progress(round + 1, rounds)
      }
      return series.map(\.score)
    }
  }

  /// The score called `name`.
  public subscript(name: String) -> LatentScore? { scores.first { $0.name == name } }

  /// The codes that measures of a latent of this size need.
  public static func neededCount(latentSize: Int) -> Int { max(100, 2 * latentSize) }

  private static func check(_ codes: Tensor, _ prior: any Prior) throws {
    let size = prior.latentSize
    try CodeError.check(codes, latentSize: size, atLeast: neededCount(latentSize: size))
    if prior.geometry != .sphere { return }
    let norms = codes.to(dtype: .float32).norm(along: 1)
    let (smallest, largest) = (norms.minimum().item, norms.maximum().item)
    // Codes in bfloat16 are off by up to 0.4 %.
    if smallest < 0.98 || largest > 1.02 {
      throw CodeError.offSphere(smallestNorm: smallest, largestNorm: largest)
    }
  }
}

/// A measure with the codes' value and the null values so far.
private struct NullSeries {
  let measure: any LatentMeasure
  let codeCount: Int
  let nullCount: Int
  let value: Double
  private var nulls: [Double] = []

  init?(
    _ type: any LatentMeasure.Type, of codes: Tensor, against prior: any Prior, nullCount: Int,
    using generator: Generator
  ) {
    codeCount = min(codes.shape[0], type.codeLimit)
    let reference = LatentReference(prior: prior, count: codeCount, generator: generator)
    guard let measure = type.init(reference) else { return nil }
    self.measure = measure
    // With both sides 199 null values are the least that can tell 1 %.
    self.nullCount = type.isTwoSided ? max(199, nullCount) : min(nullCount, type.nullLimit)
    value = measure.value(of: codes.narrowed(along: 0, from: 0, count: codeCount))
  }

  mutating func add(_ draws: Tensor) {
    if nulls.count == nullCount { return }
    nulls.append(measure.value(of: draws.narrowed(along: 0, from: 0, count: codeCount)))
  }

  var score: LatentScore {
    LatentScore(
      type(of: measure), value: value, asymptotic: measure.asymptoticProbability(of: value), nulls: nulls,
      codeCount: codeCount)
  }
}
