import Foundation
import MoCAProtocols
import Priors
import Testing

@Suite("Priors, posteriors and samplers")
struct PriorTests {
  /// The prior of that name; one that is made of an encoder gets a small one.
  private func usable(_ name: String) throws -> any Prior {
    let prior = try prior(name, latentSize: 6)
    let shape = ImageShape(channels: 1, height: 1, width: 1)
    (prior as? any EncoderBoundPrior)?.bind(
      to: StubEncoder(shape, featureCount: 12, using: Generator(seed: 1)),
      try Gaussian(NoSettings(), prior: prior))
    return prior
  }

  /// How far points are from a support, at most.
  private func distance(of points: Tensor, from geometry: LatentGeometry) -> Double {
    switch geometry {
    case .sphere: (points.norm(along: 1) - 1).absolute().maximum().item
    case .euclidean: points.isFinite.all().item == 1 ? 0 : .infinity
    case .cube: (points.absolute() - 1).relu().maximum().item
    case .ball: (points.norm(along: 1) - 1).relu().maximum().item
    case .simplex:
      max((points.sum(along: 1) - 1).absolute().maximum().item, (-points).relu().maximum().item)
    }
  }

  @Test("draws and projected outputs lie on the support", arguments: PriorCatalog.standard.names)
  func draws(_ name: String) throws {
    let prior = try usable(name)
    let draws = prior.sample(500, using: Generator(seed: 1))
    #expect(draws.shape == [500, 6] && draws.dtype == .float32)
    #expect(prior.latentSize == 6)
    #expect(distance(of: draws, from: prior.geometry) < 1e-6)
    let outputs = leaf(
      .concatenated([Tensor.normal([50, 6], using: Generator(seed: 2)) * 4, .zeros([1, 6])]))
    let codes = prior.project(outputs)
    // The origin has no direction: on the sphere it stays where it is.
    let count = prior.geometry == .sphere ? 50 : 51
    #expect(distance(of: codes.narrowed(along: 0, from: 0, count: count), from: prior.geometry) < 1e-6)
    let slopes = (codes * Tensor.range(6, dtype: .float32)).sum().gradients(withRespectTo: [outputs])[0]
    #expect(slopes.isFinite.all().item == 1)
  }

  @Test(
    "draws of the sphere and of all of space are not moved by the projection",
    arguments: ["hypersphere", "normal"])
  func still(_ name: String) throws {
    let prior = try prior(name, latentSize: 6)
    let draws = prior.sample(500, using: Generator(seed: 1))
    #expect(relativeDifference(prior.project(draws), draws) < 1e-6)
  }

  @Test("every prior, posterior and sampler says what it is, in words and where it has one in a formula")
  func metadata() {
    for type in (PriorCatalog.standard.summaries + PosteriorCatalog.standard.summaries).map(\.type) {
      #expect(type.about.count > 100 && type.about.contains(". ") && !type.formula.isEmpty, "\(type.name)")
      #expect(type.reference.url != nil, "\(type.name)")
    }
  }

  @Test(
    "the kernel scale is the mean squared distance of two draws",
    arguments: ["hypersphere", "normal", "cube", "ball", "dirichlet", "mixture"])
  func kernelScale(_ name: String) throws {
    let prior = try prior(name, latentSize: 6)
    let generator = Generator(seed: 2)
    let count = 20_000
    let distances = (prior.sample(count, using: generator) - prior.sample(count, using: generator))
      .squared().sum(along: 1)
    let deviation = (distances - prior.kernelScale).squared().mean().item.squareRoot()
    // Five standard errors.
    #expect(abs(distances.mean().item - prior.kernelScale) < 5 * deviation / Double(count).squareRoot())
  }

  @Test("a projection of draws follows the quantiles", arguments: ["hypersphere", "normal", "ball"])
  func quantiles(_ name: String) throws {
    let prior = try prior(name, latentSize: 6)
    let count = 20_000
    let direction = Tensor.normal([6, 1], using: Generator(seed: 8)).normalized(along: 0)
    let sorted = prior.sample(count, using: Generator(seed: 3)).matmul(direction).flattened(from: 0).doubles
      .sorted()
    let quantiles = try #require(prior.projectionQuantiles(20))
    for (index, quantile) in quantiles.enumerated() {
      let below = Double(sorted.firstIndex { $0 > quantile } ?? count) / Double(count)
      // Five standard errors of a share, √(p (1 − p) / n) ≤ ½ / √n.
      #expect(abs(below - (Double(index) + 0.5) / 20) < 2.5 / Double(count).squareRoot())
    }
  }

  @Test("a sphere has at least two dimensions")
  func tooFewDimensions() {
    #expect(throws: ConfigurationError.self) { try prior("hypersphere", latentSize: 1) }
    #expect(throws: Never.self) { try prior("hypersphere", latentSize: 2) }
  }

  @Test("the normal distribution's scale sets draws, kernel scale and density")
  func scale() throws {
    var configuration = Normal.Configuration()
    configuration.scale = 3
    let prior = try Normal(configuration, context: PriorContext(latentSize: 2))
    let draws = prior.sample(40_000, using: Generator(seed: 4))
    #expect(abs(draws.squared().mean().item - 9) < 5 * 9 * (2.0 / 80_000).squareRoot())
    #expect(prior.kernelScale == 36)
    let density = try #require(
      prior.logDensity(of: Tensor([Float](arrayLiteral: 3, 0, 0, 0), shape: [2, 2])))
    let top = -log(2 * Double.pi * 9)
    #expect(abs(density.doubles[0] - (top - 0.5)) < 1e-5)
    #expect(abs(density.doubles[1] - top) < 1e-5)
    let sphere = try Hypersphere(NoSettings(), context: PriorContext(latentSize: 2))
    #expect(sphere.logDensity(of: draws) == nil)
  }

  @Test("a path on the sphere follows the great circle at constant speed")
  func slerp() throws {
    let prior = try prior("hypersphere", latentSize: 5)
    let start = prior.sample(50, using: Generator(seed: 5))
    let end = prior.sample(50, using: Generator(seed: 6))
    let angle = (start * end).sum(along: 1).arcCosine()
    for fraction in [0, 0.25, 0.5, 0.9, 1] {
      let point = prior.interpolate(from: start, to: end, fraction: fraction)
      #expect((point.norm(along: 1) - 1).absolute().maximum().item < 1e-5)
      let cosine = (fraction * angle).cosine()
      // arccos loses half the digits of float32 near its ends; its cosine does not.
      #expect(((point * start).sum(along: 1) - cosine).absolute().maximum().item < 1e-4)
    }
    let still = prior.interpolate(from: start, to: start, fraction: 0.3)
    #expect((still - start).absolute().maximum().item < 1e-3)
    #expect(prior.interpolate(from: start, to: -start, fraction: 0.5).isFinite.all().item == 1)
  }

  @Test("a path under the normal distribution is straight")
  func line() throws {
    let prior = try prior("normal", latentSize: 3)
    let (start, end) = (Tensor.zeros([1, 3]), Tensor.ones([1, 3]))
    #expect(prior.interpolate(from: start, to: end, fraction: 0.25).doubles == [0.25, 0.25, 0.25])
  }

  @Test("the Gaussian posterior draws around its mean with its variance, and its mode is the mean")
  func gaussian() throws {
    let posterior = try Gaussian(NoSettings(), prior: try prior("normal", latentSize: 2))
    #expect(posterior.featureCount == 4)
    let count = 40_000
    let row = Tensor([Float](arrayLiteral: 1, -2, 0, Float(2 * log(0.5))), shape: [1, 4])
    let draws = posterior.sample(from: row.expanded(to: [count, 4]), using: Generator(seed: 1))
    let gaps = draws - Tensor([Float](arrayLiteral: 1, -2))
    let root = Double(count).squareRoot()
    for (axis, deviation) in [1, 0.5].enumerated() {
      let gap = gaps.selected(along: 1, at: axis)
      #expect(abs(gap.mean().item) < 5 * deviation / root)
      #expect(abs(gap.squared().mean().item / (deviation * deviation) - 1) < 5 * 2.0.squareRoot() / root)
    }
    #expect(posterior.mode(of: row).doubles == [1, -2])
    let wild = Tensor([Float](arrayLiteral: 0, 0, 1000, -1000), shape: [1, 4])
    #expect(posterior.sample(from: wild, using: Generator(seed: 1)).isFinite.all().item == 1)
  }

  @Test("the deterministic posterior is the identity and draws nothing")
  func deterministic() throws {
    let posterior = try Deterministic(NoSettings(), prior: try prior("normal", latentSize: 2))
    let generator = Generator(seed: 1)
    let before = generator.state.data
    let features = Tensor.ones([3, 2])
    #expect(posterior.sample(from: features, using: generator).data == features.data)
    #expect(posterior.mode(of: features).data == features.data)
    #expect(generator.state.data == before)
  }

  @Test("the prior's sampler draws what the prior draws")
  func sampler() throws {
    let prior = try prior("hypersphere", latentSize: 4)
    let model = Autoencoder(
      encoder: OpenEncoder(), decoder: OpenDecoder(),
      posterior: try Deterministic(NoSettings(), prior: prior), prior: prior)
    let sampler = try SamplerCatalog.standard.entry(named: "prior")
      .make(.empty, "sampler", SamplerContext(model: model))
    try sampler.fit(to: .zeros([3, 4]), using: Generator(seed: 9))
    #expect(!sampler.needsCodes)
    #expect(
      sampler.sample(7, using: Generator(seed: 9)).data == prior.sample(7, using: Generator(seed: 9)).data)
  }
}
