import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("A batch and a memory stand for one live sample")
struct PopulationTests {
  @Test("the sample is the codes and the population, and the codes' gradients are scaled to it")
  func samples() throws {
    let prior = try prior("normal", latentSize: 3)
    let generator = Generator(seed: 1)
    let codes = leaf(Tensor.normal([4, 3], using: generator))
    let population = Tensor.normal([12, 3], using: generator)
    let weights = Tensor.normal([16, 3], using: generator)
    let samples = RegularizationContext(codes, prior, population: population).samples
    #expect(relativeDifference(samples, .concatenated([codes.detached(), population])) < 1e-7)
    (samples * weights).sum().backward()
    let expected = weights.narrowed(along: 0, from: 0, count: 4) * 4
    #expect(relativeDifference(try #require(codes.gradient), expected) < 1e-6)
    #expect(RegularizationContext(codes, prior).samples.data == codes.data)
  }

  /// The gradient with respect to a scale and a shift of the codes, when only the rows `live` depend on them.
  private func gradients(
    _ regularizer: any LatentRegularizer, _ prior: any Prior, _ points: Tensor, live: Range<Int>
  ) -> Tensor {
    let scale = leaf(Tensor.ones([points.shape[1]]))
    let shift = leaf(Tensor.zeros([points.shape[1]]))
    let count = points.shape[0]
    let codes = points.narrowed(along: 0, from: live.lowerBound, count: live.count) * scale + shift
    let rest = [(0, live.lowerBound), (live.upperBound, count - live.upperBound)].filter { $0.1 > 0 }
      .map { points.narrowed(along: 0, from: $0.0, count: $0.1) }
    let population = rest.isEmpty ? nil : Tensor.concatenated(rest)
    let penalty = regularizer.penalty(in: .init(codes, prior, population: population, seed: 3)).value
    return .concatenated(penalty.gradients(withRespectTo: [scale, shift]))
  }

  @Test(
    "averaged over the batches of a sample, the gradient is that of the whole sample being live",
    arguments: ["mmd", "sliced-wasserstein"], ["hypersphere", "normal"])
  func expectation(_ method: String, _ priorName: String) throws {
    let (count, batch) = (24, 6)
    let base = try prior(priorName, latentSize: 5)
    let generator = Generator(seed: 2)
    let prior = FixedPrior(base, draws: base.sample(count, using: generator))
    let points = base.project(Tensor.normal([count, 5], using: generator) * 0.8 + 0.4)
    let entry = try RegularizerCatalog.standard.entry(named: method)
    let make = { (size: Int) in
      try entry.make(
        .empty, "regularizer",
        .init(prior: prior, batchSize: size, populationSize: count - size, generator: Generator(seed: 0)))
    }
    let whole = gradients(try make(count), prior, points, live: 0..<count)
    let parts = try stride(from: 0, to: count, by: batch).map { start in
      gradients(try make(batch), prior, points, live: start..<(start + batch))
    }
    let mean = Tensor.stacked(parts).mean(along: 0)
    // Sums of a few hundred float32 terms.
    #expect(relativeDifference(mean, whole) < 1e-4)
  }

  @Test("without a queue the other codes of the batch are MoCA's negatives")
  func contrastWithoutQueue() throws {
    let prior = try prior("hypersphere", latentSize: 4)
    let codes = prior.sample(5, using: Generator(seed: 3))
    let regularizer = try MomentumContrast(
      .init(), context: .init(prior: prior, batchSize: 5, populationSize: 0, generator: Generator(seed: 0)))
    let found = regularizer.penalty(in: .init(codes, prior)).value.item
    let similarities = codes.to(dtype: .float64).matmul(codes.to(dtype: .float64).transposed()) / 0.1
    let expected = (similarities.logSumExp(along: 1) - similarities.diagonal()).mean().item
    #expect(relativeDifference(found, expected) < 1e-5)
  }
}
