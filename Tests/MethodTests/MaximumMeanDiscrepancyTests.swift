import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The maximum mean discrepancy")
struct MaximumMeanDiscrepancyTests {
  private struct Summary: Decodable {
    struct Discrepancy: Decodable {
      let values: [String: Double]
    }

    let mmd: Discrepancy
  }

  private static let scales = [0.1, 0.2, 0.5, 1, 2, 5, 10]

  /// The kernel matrix in float64, written out.
  private func kernel(_ first: Tensor, _ second: Tensor, _ base: Double) -> Tensor {
    let (x, y) = (first.to(dtype: .float64), second.to(dtype: .float64))
    let distances = (x.expandingDimension(at: 1) - y.expandingDimension(at: 0)).squared().sum(along: 2)
    return Self.scales.map { ($0 * base) / (distances + $0 * base) }.reduce(
      Tensor.scalar(0, dtype: .float64), +)
  }

  /// The mean over pairs i ≠ j of the first `anchors` points with all.
  private func within(_ points: Tensor, anchors: Int, _ base: Double) -> Tensor {
    let matrix = kernel(points.narrowed(along: 0, from: 0, count: anchors), points, base)
    return (matrix.sum() - matrix.diagonal().sum()) / Double(anchors * (points.shape[0] - 1))
  }

  private func make(_ prior: any Prior, batch: Int, draws: Int? = nil) throws -> MaximumMeanDiscrepancy {
    var configuration = MaximumMeanDiscrepancy.Configuration()
    configuration.draws = draws
    return try MaximumMeanDiscrepancy(
      configuration,
      context: .init(prior: prior, batchSize: batch, populationSize: 0, generator: Generator(seed: 0)))
  }

  @Test(
    "values and gradients equal the reference", arguments: ["sphere", "normal"], ["draws", "population"])
  func reference(_ name: String, _ sample: String) throws {
    let fixtures = try Fixtures.tensors("latent")
    let values = try Fixtures.values("latent", as: Summary.self).mmd.values
    let draws = try fixtures["\(sample).\(name)"]
    let prior = FixedPrior(try prior(catalogName(name), latentSize: 8), draws: draws)
    #expect(prior.kernelScale == (name == "sphere" ? 2 : 16))
    let codes = leaf(try fixtures["codes.\(name)"])
    let count = draws.shape[0]
    let penalty = try make(prior, batch: 24, draws: count == 24 ? nil : count)
      .penalty(in: .init(codes, prior)).value
    // With more draws than codes the draws' own term is taken over fewer pairs: a constant for the codes.
    let correction =
      within(draws, anchors: min(24, count), prior.kernelScale).item
      - within(draws, anchors: count, prior.kernelScale).item
    let expected = try #require(values["\(name).\(sample)"]) + correction
    #expect(relativeDifference(penalty.item, expected) < 1e-5)
    // float32 distances by a matrix product.
    let gradient = penalty.gradients(withRespectTo: [codes])[0]
    #expect(relativeDifference(gradient, try fixtures["gradients.mmd.\(name).\(sample)"]) < 1e-4)
  }

  @Test(
    "the within term's gradient is that of the full symmetric formula", arguments: ["hypersphere", "normal"])
  func symmetricGradient(_ name: String) throws {
    let base = try prior(name, latentSize: 5)
    let generator = Generator(seed: 3)
    let prior = FixedPrior(base, draws: base.sample(10, using: generator))
    let codes = leaf(base.project(Tensor.normal([10, 5], using: generator) * 0.7 + 0.3))
    let found = try make(prior, batch: 10).penalty(in: .init(codes, prior)).value
    let targets = prior.sample(10, using: generator)
    let expected =
      within(codes, anchors: 10, base.kernelScale) + within(targets, anchors: 10, base.kernelScale)
      - 2 * kernel(codes, targets, base.kernelScale).mean()
    #expect(relativeDifference(found.item, expected.item) < 1e-4)
    #expect(
      relativeDifference(
        found.gradients(withRespectTo: [codes])[0], expected.gradients(withRespectTo: [codes])[0]) < 1e-4)
  }

  @Test(
    "the estimator is unbiased: on draws of the prior its mean is zero", arguments: ["hypersphere", "normal"])
  func unbiased(_ name: String) throws {
    let prior = try prior(name, latentSize: 4)
    let regularizer = try make(prior, batch: 16)
    let streams = streams(5)
    let generator = Generator(seed: 6)
    let values = (0..<400).map { _ in
      let codes = prior.sample(16, using: generator)
      return regularizer.penalty(
        in: .init(
          latents: codes, recollection: Recollection(keys: codes, population: nil), prior: prior,
          streams: streams)
      ).value.item
    }
    let mean = values.reduce(0, +) / 400
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 399
    #expect(abs(mean) < 4 * (variance / 400).squareRoot())
    #expect(values.contains { $0 < 0 })
  }

  @Test("an empty list of scales is refused")
  func emptyScales() {
    #expect(throws: ConfigurationError.self) {
      try MaximumMeanDiscrepancy.Configuration(ConfigurationValue(yaml: "scales: []"), path: "regularizer")
    }
  }
}
