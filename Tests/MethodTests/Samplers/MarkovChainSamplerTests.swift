import MoCAProtocols
import Priors
import Testing

/// Adds three to every pixel.
private final class AddingThree: InputCorrupting {
  func penalty(in context: RegularizationContext) -> Penalty { Penalty(.scalar(0)) }

  func corrupted(_ images: Tensor, streams: RandomStreams) -> Tensor {
    images + 3 + Tensor.normal(images.shape, using: streams[.corruption]) * 1e-3
  }
}

@Suite("The Markov chain")
struct MarkovChainSamplerTests {
  @Test(
    "its stationary distribution is that of the networks: z ← (z + noise) / 2 has the variance noise² / 3")
  func stationaryDistribution() throws {
    let sampler = try MarkovChainSampler.make(
      "{steps: 30, noise: 0.6}", samplerContext("normal", latentSize: 2))
    #expect(!sampler.needsCodes)
    let draws = sampler.sample(20_000, using: Generator(seed: 1))
    #expect(draws.shape == [20_000, 2])
    #expect(abs(draws.mean().item) < 0.01)
    #expect(relativeDifference(draws.squared().mean().item, 0.12) < 0.03)
  }

  @Test("the run's own corruption takes the place of the noise, with streams that follow the generator")
  func corruption() throws {
    let context = SamplerContext(
      model: try halvingModel(prior("normal", latentSize: 2)), regularizer: AddingThree())
    let sampler = try MarkovChainSampler.make("{steps: 40, noise: 100}", context)
    let draws = sampler.sample(10, using: Generator(seed: 2))
    // The fixed point of z = (z + 3) / 2.
    #expect((draws - 3).absolute().maximum().item < 0.02)
    #expect(draws.data == sampler.sample(10, using: Generator(seed: 2)).data)
    #expect(draws.data != sampler.sample(10, using: Generator(seed: 3)).data)
  }

  @Test("without steps it is the prior, and every step stays on its support")
  func support() throws {
    let context = try samplerContext("hypersphere", latentSize: 3)
    let start = try MarkovChainSampler.make("steps: 0", context).sample(5, using: Generator(seed: 4))
    #expect(start.data == context.prior.sample(5, using: Generator(seed: 4)).data)
    let draws = try MarkovChainSampler.make("{}", context).sample(300, using: Generator(seed: 4))
    #expect((draws.norm(along: 1) - 1).absolute().maximum().item < 1e-5)
  }
}
