import MoCAProtocols
import Priors
import Testing

@Suite("The second stage")
struct SecondStageSamplerTests {
  private static let settings = "{width: 64, depth: 2, steps: 1500, batch: 128, learningRate: 0.003}"

  @Test("it learns a ring, which one normal distribution does not")
  func ringOfCodes() throws {
    let codes = ring(2000, size: 3, noise: 0.05, seed: 1) * 4 + 7
    let sampler = try SecondStageSampler.make(Self.settings, samplerContext("normal", latentSize: 3))
    try sampler.fit(to: codes, using: Generator(seed: 2))
    let draws = (sampler.sample(2000, using: Generator(seed: 3)) - 7) / 4
    let radii = draws.narrowed(along: 1, from: 0, count: 2).norm(along: 1)
    #expect(abs(radii.mean().item - 1) < 0.1)
    // A normal distribution of the ring's moments has radii with the deviation 0.46.
    #expect((radii - radii.mean()).squared().mean().item.squareRoot() < 0.25)
    #expect(draws.selected(along: 1, at: 2).absolute().mean().item < 0.1)
    #expect(draws.mean(along: 0).absolute().maximum().item < 0.2)
  }

  @Test("the codes' mean and scale are kept where there is nothing else to learn")
  func moments() throws {
    let codes =
      Tensor.normal([2000, 2], using: Generator(seed: 4)) * Tensor([Float(3), 0.2]) + Tensor([Float(-5), 1])
    let sampler = try SecondStageSampler.make(Self.settings, samplerContext("normal", latentSize: 2))
    try sampler.fit(to: codes, using: Generator(seed: 5))
    let draws =
      (sampler.sample(4000, using: Generator(seed: 6)) - Tensor([Float(-5), 1])) / Tensor([Float(3), 0.2])
    #expect(draws.mean(along: 0).absolute().maximum().item < 0.15)
    #expect((draws.squared().mean(along: 0) - 1).absolute().maximum().item < 0.25)
  }
}
