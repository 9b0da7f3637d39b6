import MoCAProtocols
import Priors
import Testing

@Suite("Too few codes for a mixture")
struct FittingCodesTests {
  private func objection(
    _ sampler: any Sampler, count: Int, latentSize: Int
  ) throws -> String {
    let codes = Tensor.normal([count, latentSize], using: Generator(seed: 0)).normalized(along: 1)
    let error = try #require(throws: SamplerError.self) {
      try sampler.fit(to: codes, using: Generator(seed: 0))
    }
    return error.description
  }

  @Test("where one component has too few, more codes are asked for, not fewer components")
  func one() throws {
    for components in [1, 10] {
      let sampler = try GaussianMixtureSampler.make(
        "{components: \(components)}", samplerContext("hypersphere", latentSize: 16))
      let text = try objection(sampler, count: 16, latentSize: 16)
      #expect(text.contains("at least \(components * 17) codes, found 16; train on more images, or use"))
      #expect(!text.contains("fewer components") && text.hasSuffix("covariance=diagonal"))
    }
    let directions = try VonMisesFisherMixtureSampler.make(
      "{components: 1}", samplerContext("hypersphere", latentSize: 4))
    #expect(try objection(directions, count: 1, latentSize: 4).hasSuffix("train on more images"))
  }

  @Test("where fewer components would do, they are named")
  func fewer() throws {
    let full = try GaussianMixtureSampler.make("{}", samplerContext("hypersphere", latentSize: 4))
    #expect(
      try objection(full, count: 20, latentSize: 4).contains(
        "use fewer components, or use covariance=diagonal"))
    let diagonal = try GaussianMixtureSampler.make(
      "{covariance: diagonal}", samplerContext("hypersphere", latentSize: 4))
    #expect(try objection(diagonal, count: 12, latentSize: 4).hasSuffix("; use fewer components"))
    let directions = try VonMisesFisherMixtureSampler.make(
      "{}", samplerContext("hypersphere", latentSize: 4))
    #expect(try objection(directions, count: 12, latentSize: 4).hasSuffix("; use fewer components"))
  }
}
