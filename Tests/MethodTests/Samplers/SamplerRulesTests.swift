import MoCAProtocols
import Priors
import Testing

/// What holds for every sampler that is fitted to codes.
@Suite("Samplers of codes")
struct SamplerRulesTests {
  enum Kind: String, CaseIterable, Sendable {
    case gmm, diagonal, kde, vmf, secondStage

    func make(_ context: SamplerContext) throws -> any Sampler {
      switch self {
      case .gmm: try GaussianMixtureSampler.make("components: 2", context)
      case .diagonal: try GaussianMixtureSampler.make("{components: 2, covariance: diagonal}", context)
      case .kde: try KernelDensitySampler.make("{}", context)
      case .vmf: try VonMisesFisherMixtureSampler.make("components: 2", context)
      case .secondStage: try SecondStageSampler.make("{width: 8, depth: 1, steps: 20, batch: 16}", context)
      }
    }
  }

  @Test("one seed gives one fit and one set of draws", arguments: Kind.allCases)
  func determinism(_ kind: Kind) throws {
    let context = try samplerContext("hypersphere", latentSize: 4)
    let codes = context.prior.sample(60, using: Generator(seed: 1))
    let draws = try (0..<2).map { _ in
      let sampler = try kind.make(context)
      #expect(sampler.needsCodes)
      try sampler.fit(to: codes, using: Generator(seed: 2))
      return sampler.sample(7, using: Generator(seed: 3))
    }
    #expect(draws[0].shape == [7, 4])
    #expect(draws[0].dtype == .float32)
    #expect(draws[0].data == draws[1].data)
  }

  @Test("draws lie on the support, without the prior's own squashing", arguments: LatentGeometry.allCases)
  func support(_ geometry: LatentGeometry) throws {
    let prior = SquashingPrior(geometry, latentSize: 3)
    let context = SamplerContext(model: try halvingModel(prior))
    let points = Tensor.uniform([400, 3], using: Generator(seed: 4)) + 0.1
    let codes: Tensor =
      switch geometry {
      case .sphere: points.normalized(along: 1)
      case .simplex: points / points.sum(along: 1, keepsDimensions: true)
      case .ball: points / 2
      case .cube, .euclidean: points * 0.9
      }
    #expect(prior.distance(of: codes) < 1e-5)
    for kind in Kind.allCases where kind != .vmf || geometry == .sphere {
      let sampler = try kind.make(context)
      try sampler.fit(to: codes, using: Generator(seed: 5))
      let draws = sampler.sample(500, using: Generator(seed: 6))
      #expect(prior.distance(of: draws) < 1e-5, "\(kind)")
      #expect((draws.mean(along: 0) - codes.mean(along: 0)).absolute().maximum().item < 0.15, "\(kind)")
    }
  }

  @Test(
    "codes that are all one, or rounded to bfloat16, give finite draws", arguments: Kind.allCases, [2, 128])
  func degenerate(_ kind: Kind, _ size: Int) throws {
    let context = try samplerContext("hypersphere", latentSize: size)
    let codes = context.prior.sample(300, using: Generator(seed: 7))
    let one = codes.narrowed(along: 0, from: 0, count: 1).expanded(to: [300, size])
    let pair = codes.narrowed(along: 0, from: 0, count: 2)
    let twins = Tensor.concatenated([Tensor](repeating: pair, count: 150))
    for (name, sample) in [("one", one), ("two", twins), ("bfloat16", codes.to(dtype: .bfloat16))] {
      let sampler = try kind.make(context)
      try sampler.fit(to: sample, using: Generator(seed: 8))
      let draws = sampler.sample(20, using: Generator(seed: 9))
      #expect(draws.isFinite.all().item == 1, "\(name)")
      if name == "one", kind != .secondStage {
        #expect((draws - one.narrowed(along: 0, from: 0, count: 20)).absolute().maximum().item < 0.02)
      }
    }
  }

  @Test("codes that are not finite are counted in the error", arguments: Kind.allCases)
  func broken(_ kind: Kind) throws {
    let context = try samplerContext("hypersphere", latentSize: 3)
    let codes = Tensor.concatenated([
      context.prior.sample(20, using: Generator(seed: 1)), Tensor.full([1, 3], .nan),
      Tensor.full([1, 3], .infinity),
    ])
    #expect {
      try kind.make(context).fit(to: codes, using: Generator(seed: 2))
    } throws: { error in
      error is SamplerError && "\(error)".contains("2 of 22 codes are not finite")
    }
  }

  @Test("too few codes are refused with the number that is needed", arguments: Kind.allCases)
  func tooFew(_ kind: Kind) throws {
    let context = try samplerContext("hypersphere", latentSize: 3)
    let codes = context.prior.sample(1, using: Generator(seed: 1))
    #expect {
      try kind.make(context).fit(to: codes, using: Generator(seed: 2))
    } throws: { error in
      error is SamplerError && "\(error)".contains("at least") && "\(error)".contains("found 1")
    }
  }

  @Test("settings out of range are named under the sampler's section")
  func settings() throws {
    let context = try samplerContext("normal", latentSize: 2)
    #expect {
      try GaussianMixtureSampler.make("components: 0", context)
    } throws: { error in
      "\(error)".contains("sampler.components must be between 1 and 1000, found 0")
    }
  }
}
