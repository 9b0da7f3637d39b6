import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The Sinkhorn divergence")
struct SinkhornTests {
  private struct Summary: Decodable {
    let values: [String: Double]
    let regularizations: [String: Double]
  }

  private func base(_ name: String, size: Int) throws -> any Prior {
    let context = PriorContext(latentSize: size)
    if name == "sphere" { return try Hypersphere(.init(), context: context) }
    return try Normal(.init(), context: context)
  }

  private func make(
    _ prior: any Prior, batch: Int, population: Int = 0,
    _ change: (inout Sinkhorn.Configuration) -> Void = { _ in }
  ) throws -> Sinkhorn {
    var configuration = Sinkhorn.Configuration()
    change(&configuration)
    return try Sinkhorn(configuration, context: building(prior, batch: batch, population: population))
  }

  @Test(
    "values and gradients equal POT's at convergence, in one tile and in several",
    arguments: ["sphere", "normal"], ["wide", "narrow"])
  func reference(_ name: String, _ width: String) throws {
    let fixtures = try Fixtures.tensors("transport")
    let summary = try Fixtures.values("transport", as: Summary.self)
    let prior = FixedPrior(try base(name, size: 8), draws: try fixtures["draws.\(name)"])
    let ratio = try #require(summary.regularizations[width])
    for estimator in Sinkhorn.Estimator.allCases {
      for sample in ["batch", "population"] {
        let population = sample == "population" ? try fixtures["population.\(name)"] : nil
        let codes = leaf(try fixtures["codes.\(name)"])
        let regularizer = try make(prior, batch: 24, population: population?.shape[0] ?? 0) {
          ($0.regularization, $0.iterations, $0.estimator) = (ratio, 400, estimator)
        }
        let key = "\(name).\(width).\(estimator.rawValue).\(sample)"
        let penalty = regularizer.penalty(in: .init(codes, prior, population: population)).value
        let expected = try #require(summary.values[key])
        // The three terms are several times the kernel scale; their difference keeps its rounding error.
        #expect(abs(penalty.item - expected) < 1e-5 * max(abs(expected), prior.kernelScale / 4), "\(key)")
        let gradient = penalty.gradients(withRespectTo: [codes])[0]
        #expect(relativeDifference(gradient, try fixtures["gradients.\(key)"]) < 1e-4, "\(key)")
      }
    }
  }

  @Test("the default number of iterations is near convergence", arguments: [2, 8, 128])
  func iterations(_ size: Int) throws {
    let generator = Generator(seed: 3)
    let prior = try base("sphere", size: size)
    let fixed = FixedPrior(prior, draws: prior.sample(128, using: generator))
    let codes = prior.project(prior.sample(128, using: generator) + 0.3 / Double(size).squareRoot())
    let found = try make(fixed, batch: 128).penalty(in: .init(codes, fixed)).value.item
    let converged = try make(fixed, batch: 128) { $0.iterations = 1000 }
      .penalty(in: .init(codes, fixed)).value.item
    #expect(relativeDifference(found, converged) < 1e-4)
  }

  /// The textbook's form is smallest for narrow codes; see the method's documentation.
  @Test("the corrected form is near zero on draws of the prior and larger for narrow and wide codes")
  func correction() throws {
    let prior = try base("normal", size: 32)
    func mean(_ factor: Double, _ estimator: Sinkhorn.Estimator) throws -> Double {
      let regularizer = try make(prior, batch: 128) { ($0.estimator, $0.regularization) = (estimator, 0.1) }
      let generator = Generator(seed: 9)
      return (0..<8).map { seed in
        let codes = prior.sample(128, using: generator) * factor
        return regularizer.penalty(in: .init(codes, prior, seed: UInt64(seed))).value.item
      }.reduce(0, +) / (8 * prior.kernelScale)
    }
    let right = try mean(1, .corrected)
    #expect(right < 0.01)
    #expect(try mean(0.7, .corrected) > right + 0.005)
    #expect(try mean(1.3, .corrected) > right + 0.005)
    #expect(try mean(0.7, .standard) < mean(1, .standard))
  }

  @Test("the order of batch and draws changes nothing, and draws may be fewer or more than codes")
  func orderAndDraws() throws {
    let prior = try base("normal", size: 4)
    let codes = prior.sample(16, using: Generator(seed: 1)) + 0.5
    let regularizer = try make(prior, batch: 16)
    let value = regularizer.penalty(in: .init(codes, prior)).value.item
    let mirrored = regularizer.penalty(in: .init(codes.flipped(along: 0), prior)).value.item
    #expect(relativeDifference(mirrored, value) < 1e-4)
    for draws in [5, 40] {
      let live = leaf(codes)
      let penalty = try make(prior, batch: 16) { $0.draws = draws }.penalty(in: .init(live, prior)).value
      #expect(penalty.shape == [])
      #expect(penalty.gradients(withRespectTo: [live])[0].isFinite.all().item == 1)
    }
  }

  @Test(
    "finite, with finite gradients, at collapse, for a batch of two, in bfloat16 and far away",
    arguments: ["sphere", "normal"], [2, 128])
  func edges(_ name: String, _ size: Int) throws {
    let prior = try base(name, size: size)
    let draws = prior.sample(12, using: Generator(seed: 2))
    let point = draws.narrowed(along: 0, from: 0, count: 1).expanded(to: [12, size])
    let far = name == "sphere" ? -draws : draws * 1000
    for estimator in Sinkhorn.Estimator.allCases {
      for codes in [point, draws.narrowed(along: 0, from: 0, count: 2), draws.to(dtype: .bfloat16), far] {
        for population in [nil, draws] {
          let codes = leaf(codes.to(dtype: .float32))
          let penalty = try make(prior, batch: codes.shape[0]) {
            ($0.estimator, $0.regularization) = (estimator, 0.01)
          }.penalty(in: .init(codes, prior, population: population)).value
          #expect(penalty.isFinite.item == 1)
          let gradient = penalty.gradients(withRespectTo: [codes])[0]
          #expect(gradient.isFinite.all().item == 1)
        }
      }
    }
  }

  @Test("a population keeps the pull of the batch, and only its expectation")
  func population() throws {
    let prior = try base("normal", size: 4)
    let generator = Generator(seed: 4)
    let all = prior.sample(64, using: generator) + 1
    let fixed = FixedPrior(prior, draws: prior.sample(64, using: generator))
    let whole = leaf(all)
    let expected = try make(fixed, batch: 64).penalty(in: .init(whole, fixed)).value
    let gradients = expected.gradients(withRespectTo: [whole])[0].narrowed(along: 0, from: 0, count: 16)
    let live = leaf(all.narrowed(along: 0, from: 0, count: 16))
    let stored = all.narrowed(along: 0, from: 16, count: 48)
    let found = try make(fixed, batch: 16, population: 48).penalty(in: .init(live, fixed, population: stored))
      .value
    #expect(relativeDifference(found.item, expected.item) < 1e-5)
    #expect(relativeDifference(found.gradients(withRespectTo: [live])[0], gradients * 4) < 1e-4)
  }

  @Test("a sample of one code is refused")
  func single() throws {
    let prior = try base("normal", size: 4)
    #expect(throws: ConfigurationError.self) { try make(prior, batch: 1) }
  }
}
