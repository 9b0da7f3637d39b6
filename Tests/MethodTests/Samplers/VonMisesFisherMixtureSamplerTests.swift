import MoCAProtocols
import Priors
import Testing

@Suite("The von Mises-Fisher mixture of codes")
struct VonMisesFisherMixtureSamplerTests {
  struct Summary: Decodable, Sendable {
    struct Concentration: Decodable, Sendable {
      let dimension: Int
      let concentration, logMoment, meanCosine: Double
    }

    struct Marginal: Decodable, Sendable {
      let dimension: Int
      let concentration: Double
      let distribution: [Double]
    }

    let concentrations: [Concentration]
    let marginals: [Marginal]
  }

  @Test("normaliser, mean cosine and its inverse equal SciPy's")
  func concentrations() throws {
    for row in try Fixtures.values("samplers", as: Summary.self).concentrations {
      let (kappa, size) = (row.concentration, row.dimension)
      #expect(
        relativeDifference(UnitSphere.logMoment(kappa, dimension: size), row.logMoment) < 1e-9)
      #expect(
        relativeDifference(UnitSphere.meanCosine(kappa, dimension: size), row.meanCosine) < 1e-9)
      let inverse = SphericalConcentration.concentration(meanCosine: row.meanCosine, dimension: size)
      #expect(relativeDifference(inverse, kappa) < 1e-7)
    }
  }

  @Test("concentrations are finite from no direction to a single point", arguments: [2, 128])
  func extremes(_ size: Int) {
    #expect(SphericalConcentration.concentration(meanCosine: 0, dimension: size) == 0)
    for cosine in [1e-8, 1e-3, 1 - 1e-9, 1, 1.0000001] {
      let found = SphericalConcentration.concentration(meanCosine: cosine, dimension: size)
      #expect(found > 0 && found <= SphericalConcentration.limit)
      #expect(UnitSphere.logMoment(found, dimension: size).isFinite)
    }
  }

  @Test("densities at given parameters, and the fit of one component, equal SciPy's")
  func densities() throws {
    let fixtures = try Fixtures.tensors("samplers")
    let points = try fixtures["directions.points"]
    let mixture = DirectionalComponents(
      weights: try fixtures["directions.weights"], directions: try fixtures["directions.axes"],
      concentrations: try fixtures["directions.concentrations"])
    #expect(relativeDifference(mixture.logJoint(of: points), try fixtures["directions.logJoint"]) < 1e-9)
    let sampler = try VonMisesFisherMixtureSampler.make(
      "components: 1", samplerContext("hypersphere", latentSize: 4))
    try sampler.fit(to: points, using: Generator(seed: 0))
    #expect(
      relativeDifference(
        sampler.mixture.directions.squeezingDimension(at: 0), try fixtures["directions.fit.axis"]) < 1e-7)
    #expect(
      relativeDifference(
        sampler.mixture.concentrations.item, try fixtures["directions.fit.concentration"].item)
        < 1e-6)
  }

  @Test("draws have the component's cosines, by SciPy's integral, and no other direction")
  func draws() throws {
    for row in try Fixtures.values("samplers", as: Summary.self).marginals {
      let count = 20_000
      let axis = Tensor.normal([1, row.dimension], dtype: .float64, using: Generator(seed: 3)).normalized(
        along: 1)
      let mixture = DirectionalComponents(
        weights: Tensor([1.0]), directions: axis, concentrations: Tensor([row.concentration]))
      let draws = mixture.sample(count, using: Generator(seed: 4))
      #expect((draws.norm(along: 1) - 1).absolute().maximum().item < 1e-12)
      let cosines = draws.matmul(axis.transposed()).doubles
      for (index, expected) in row.distribution.enumerated() {
        let found = Double(cosines.count { $0 <= -0.9 + 0.1 * Double(index) }) / Double(count)
        // Kolmogorov's statistic at a level of 10⁻⁶ or less.
        #expect(abs(found - expected) < 2.7 / Double(count).squareRoot())
      }
      let mean = draws.mean(along: 0)
      let sideways = mean - axis.squeezingDimension(at: 0) * (mean * axis).sum()
      #expect(sideways.norm(along: 0).item < 5 / Double(count).squareRoot())
    }
  }

  @Test("a fit finds the mixture that codes were drawn from", arguments: [3, 64])
  func recovery(_ size: Int) throws {
    let axes = Tensor.identity(size, dtype: .float64).narrowed(along: 0, from: 0, count: 2)
    let truth = DirectionalComponents(
      weights: Tensor([0.7, 0.3]), directions: axes,
      concentrations: Tensor([2.0 * Double(size), 10 * Double(size)]))
    let codes = truth.sample(8000, using: Generator(seed: 5)).to(dtype: .float32)
    let sampler = try VonMisesFisherMixtureSampler.make(
      "components: 2", samplerContext("hypersphere", latentSize: size))
    try sampler.fit(to: codes, using: Generator(seed: 6))
    let order = (-sampler.mixture.weights).sortedIndices(along: 0)
    #expect(relativeDifference(sampler.mixture.weights.gathered(along: 0, at: order), truth.weights) < 0.05)
    #expect(relativeDifference(sampler.mixture.directions.gathered(along: 0, at: order), axes) < 0.05)
    #expect(
      relativeDifference(sampler.mixture.concentrations.gathered(along: 0, at: order), truth.concentrations)
        < 0.05)
  }

  @Test("a prior that is not on the sphere is refused with the way out")
  func geometry() throws {
    let context = try samplerContext("normal", latentSize: 3)
    #expect {
      try VonMisesFisherMixtureSampler.make("{}", context)
    } throws: { error in
      "\(error)".hasSuffix("use the sampler gmm, or train with prior=hypersphere")
    }
  }
}
