import MoCAProtocols
import Priors
import Testing

@Suite("The Gaussian mixture of codes")
struct GaussianMixtureSamplerTests {
  @Test("densities and responsibilities at given parameters equal scikit-learn's")
  func densities() throws {
    let fixtures = try Fixtures.tensors("samplers")
    let mixture = NormalComponents(
      weights: try fixtures["mixture.weights"], means: try fixtures["mixture.means"],
      factors: try fixtures["mixture.factors"])
    let points = try fixtures["mixture.points"]
    #expect(relativeDifference(mixture.logDensity(of: points), try fixtures["mixture.logDensity"]) < 1e-10)
    #expect(
      relativeDifference(mixture.responsibilities(of: points), try fixtures["mixture.responsibilities"])
        < 1e-10)
  }

  @Test("a fit of separate clusters equals scikit-learn's", arguments: ["full", "diagonal"])
  func fit(_ covariance: String) throws {
    let fixtures = try Fixtures.tensors("samplers")
    let points = try fixtures["clusters.points"]
    let sampler = try GaussianMixtureSampler.make(
      "{components: 3, covariance: \(covariance), tolerance: 1e-12, iterations: 1000}",
      samplerContext("normal", latentSize: 3))
    try sampler.fit(to: points.to(dtype: .float32), using: Generator(seed: 1))
    let mixture = sampler.mixture
    let order = (-mixture.weights).sortedIndices(along: 0)
    let prefix = "clusters.\(covariance)"
    #expect(
      relativeDifference(mixture.weights.gathered(along: 0, at: order), try fixtures["\(prefix).weights"])
        < 1e-5)
    #expect(
      relativeDifference(mixture.means.gathered(along: 0, at: order), try fixtures["\(prefix).means"]) < 1e-5)
    let factors = mixture.factors.gathered(along: 0, at: order)
    let covariances = factors.matmul(factors.transposed())
    #expect(relativeDifference(covariances, try fixtures["\(prefix).covariances"]) < 1e-4)
    let likelihood = try fixtures["\(prefix).logLikelihood"].item
    #expect(relativeDifference(mixture.logDensity(of: points).mean().item, likelihood) < 1e-7)
  }

  @Test("draws have the mixture's moments")
  func draws() throws {
    let fixtures = try Fixtures.tensors("samplers")
    let (weights, means) = (try fixtures["mixture.weights"], try fixtures["mixture.means"])
    let factors = try fixtures["mixture.factors"]
    let mixture = NormalComponents(weights: weights, means: means, factors: factors)
    let count = 100_000
    let draws = mixture.sample(count, using: Generator(seed: 2))
    let column = weights.expandingDimension(at: 1)
    let mean = (means * column).sum(along: 0)
    #expect(relativeDifference(draws.mean(along: 0), mean) < 0.03)
    let gaps = means - mean
    let within = (factors.matmul(factors.transposed()) * column.expandingDimension(at: 2)).sum(along: 0)
    let expected = within + gaps.transposed().matmul(gaps * column)
    let centered = draws - mean
    // Of order 1/√count for every entry.
    #expect(relativeDifference(centered.transposed().matmul(centered) / Double(count), expected) < 0.02)
  }

  @Test("several starts are at least as likely as the first of them")
  func starts() throws {
    let points = Tensor.concatenated(
      (0..<6).map { index in
        Tensor.normal([40, 2], using: Generator(seed: UInt64(index))) * 0.1 + Double(index % 3) * 3
          + Tensor([Float(index), -Float(index)])
      })
    let likelihoods = try [1, 8].map { starts in
      let sampler = try GaussianMixtureSampler.make(
        "{components: 6, starts: \(starts)}", samplerContext("normal", latentSize: 2))
      try sampler.fit(to: points, using: Generator(seed: 3))
      return sampler.mixture.logDensity(of: points).mean().item
    }
    #expect(likelihoods[1] >= likelihoods[0])
  }

  @Test("a fit does not depend on where the codes lie, nor on their unit")
  func invariance() throws {
    let points = Tensor.normal([300, 3], using: Generator(seed: 4)).to(dtype: .float64)
    let likelihoods = try [(1.0, 0.0), (1e3, 1e6)].map { scale, shift in
      let sampler = try GaussianMixtureSampler.make(
        "{components: 2, floor: 0}", samplerContext("normal", latentSize: 3))
      let moved = points * scale + shift
      try sampler.fit(to: moved, using: Generator(seed: 5))
      return sampler.mixture.logDensity(of: moved).mean().item + 3 * (scale == 1 ? 0 : 6.907_755_278_982_137)
    }
    #expect(abs(likelihoods[0] - likelihoods[1]) < 1e-5)
  }
}
