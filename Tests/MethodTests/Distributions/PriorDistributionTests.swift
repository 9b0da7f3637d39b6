import Foundation
import MoCAProtocols
import Priors
import Testing

@Suite("Distributions of the priors")
struct PriorDistributionTests {
  private func context(_ latentSize: Int) -> PriorContext { PriorContext(latentSize: latentSize) }

  @Test(
    "the radius of the ball is that of a uniform distribution: its d-th power is uniform",
    arguments: [2, 3, 16])
  func ballRadius(_ dimension: Int) throws {
    let prior = try UniformBall(NoSettings(), context: context(dimension))
    let radii = prior.sample(20_000, using: Generator(seed: 1)).norm(along: 1).doubles
    let probabilities = (1...19).map { Double($0) / 20 }
    let quantiles = probabilities.map { pow($0, 1 / Double(dimension)) }
    #expect(excessOverBand(radii, quantiles: quantiles, probabilities: probabilities) < 1)
    // A radius that is uniform itself is far outside.
    #expect(excessOverBand(radii, quantiles: probabilities, probabilities: probabilities) > 10)
  }

  @Test("quantiles of a coordinate of the ball equal the volumes of its slices", arguments: [2, 3, 16])
  func ballQuantiles(_ dimension: Int) throws {
    let prior = try UniformBall(NoSettings(), context: context(dimension))
    let expected = try #require(DistributionTable.read().ball["\(dimension)"])
    let found = try #require(prior.projectionQuantiles(10))
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6) }
  }

  @Test("the ball's map is finite and one to one at the origin, far out and between")
  func ballProjection() throws {
    let prior = try UniformBall(NoSettings(), context: context(3))
    let outputs = leaf(
      Tensor([Float](arrayLiteral: 0, 0, 0, 1e-20, 0, 0, 3, 4, 0, 1e8, 0, 0), shape: [4, 3]))
    let codes = prior.project(outputs)
    #expect(codes.norm(along: 1).maximum().item <= 1 + 1e-6)
    #expect(relativeDifference(codes.doubles[6] / codes.doubles[7], 0.75) < 1e-6)
    let gradient = codes.sum().gradients(withRespectTo: [outputs])[0]
    #expect(isFinite(gradient))
    #expect(gradient.doubles[0] == 1)
  }

  @Test("coordinates of the cube are uniform and uncorrelated")
  func cube() throws {
    let prior = try UniformCube(NoSettings(), context: context(4))
    let draws = prior.sample(20_000, using: Generator(seed: 2))
    let probabilities = (1...19).map { Double($0) / 20 }
    for axis in 0..<4 {
      let values = draws.selected(along: 1, at: axis).doubles
      #expect(
        excessOverBand(values, quantiles: probabilities.map { 2 * $0 - 1 }, probabilities: probabilities) < 1)
    }
    let (mean, error) = meanAndError(draws.selected(along: 1, at: 0) * draws.selected(along: 1, at: 1))
    #expect(abs(mean) < 3.3 * error)
  }

  @Test("a share of the Dirichlet distribution follows SciPy's Beta distribution")
  func dirichletMarginal() throws {
    var configuration = Dirichlet.Configuration()
    configuration.concentration = 0.5
    let prior = try Dirichlet(configuration, context: context(5))
    let shares = prior.sample(20_000, using: Generator(seed: 3)).selected(along: 1, at: 3).doubles
    let table = try DistributionTable.read()
    #expect(excessOverBand(shares, quantiles: table.dirichlet, probabilities: table.probabilities) < 1)
  }

  @Test("the Dirichlet density and its gradient equal torch's", arguments: [0.5, 3])
  func dirichletDensity(_ concentration: Double) throws {
    let fixtures = try Fixtures.tensors("laws")
    var configuration = Dirichlet.Configuration()
    configuration.concentration = concentration
    let prior = try Dirichlet(configuration, context: context(5))
    let points = leaf(try fixtures["dirichlet.points"])
    let density = try #require(prior.logDensity(of: points))
    let name = concentration == 3 ? "3" : "0.5"
    #expect(relativeDifference(density, try fixtures["dirichlet.density.\(name)"]) < 1e-5)
    let gradient = density.mean().gradients(withRespectTo: [points])[0]
    #expect(relativeDifference(gradient, try fixtures["dirichlet.gradient.\(name)"]) < 1e-4)
  }

  @Test("the uniform distribution on the simplex has no density to learn from; corners have a finite one")
  func dirichletEdges() throws {
    let uniform = try Dirichlet(Dirichlet.Configuration(), context: context(3))
    #expect(uniform.logDensity(of: uniform.sample(2, using: Generator(seed: 1))) == nil)
    var configuration = Dirichlet.Configuration()
    configuration.concentration = 0.01
    let sharp = try Dirichlet(configuration, context: context(2))
    let draws = sharp.sample(2_000, using: Generator(seed: 4))
    #expect(isFinite(draws))
    // Nearly every draw is a corner: two shares that both underflow would read as one half each.
    #expect(draws.maximum(along: 1).doubles.count { $0 < 0.6 } < 40)
    let corner = leaf(Tensor([Float](arrayLiteral: 1, 0), shape: [1, 2]))
    let density = try #require(sharp.logDensity(of: corner))
    #expect(isFinite(density) && isFinite(density.sum().gradients(withRespectTo: [corner])[0]))
    #expect(throws: ConfigurationError.self) { try Dirichlet(.init(), context: context(1)) }
  }

  @Test("the mixture's density and its gradient equal torch's")
  func mixtureDensity() throws {
    let fixtures = try Fixtures.tensors("laws")
    var configuration = GaussianMixture.Configuration()
    (configuration.components, configuration.scale) = (4, 0.7)
    let prior = try GaussianMixture(configuration, context: context(5))
    let means = try #require(prior.state["means"])
    means.assign(try fixtures["mixture.means"])
    let points = leaf(try fixtures["mixture.points"])
    let density = try #require(prior.logDensity(of: points))
    #expect(relativeDifference(density, try fixtures["mixture.density"]) < 1e-5)
    let gradient = density.mean().gradients(withRespectTo: [points])[0]
    #expect(relativeDifference(gradient, try fixtures["mixture.gradient"]) < 1e-4)
  }

  @Test("draws of the mixture lie about all of its means in equal shares")
  func mixtureDraws() throws {
    var configuration = GaussianMixture.Configuration()
    (configuration.components, configuration.radius, configuration.scale) = (4, 50, 0.5)
    let prior = try GaussianMixture(configuration, context: context(8))
    let means = try #require(prior.state["means"])
    #expect((means.norm(along: 1) - 50).absolute().maximum().item < 1e-4)
    let draws = prior.sample(4_000, using: Generator(seed: 5))
    let distances = draws.squaredDistances(to: means)
    #expect(abs(distances.minimum(along: 1).mean().item / (8 * 0.25) - 1) < 0.1)
    let nearest = (-distances).argumentOfMaximum(along: 1).doubles
    for component in 0..<4 {
      // Five standard errors of a share of a quarter.
      #expect(abs(Double(nearest.count { $0 == Double(component) }) / 4_000 - 0.25) < 5 * 0.0069)
    }
  }

  @Test("means of the mixture depend on the context's stream and stay for life")
  func mixtureMeans() throws {
    let make = { seed in
      try GaussianMixture(.init(), context: PriorContext(latentSize: 3, generator: Generator(seed: seed)))
    }
    let means = try #require(make(1).state["means"])
    #expect(means.data == (try make(1).state["means"]?.data))
    #expect(means.data != (try make(2).state["means"]?.data))
  }

  @Test("paths are straight and stay on the support", arguments: ["cube", "ball", "dirichlet"])
  func paths(_ name: String) throws {
    let prior = try prior(name, latentSize: 3)
    let (start, end) = (
      prior.sample(9, using: Generator(seed: 6)), prior.sample(9, using: Generator(seed: 7))
    )
    #expect(relativeDifference(prior.interpolate(from: start, to: end, fraction: 0), start) < 1e-6)
    #expect(relativeDifference(prior.interpolate(from: start, to: end, fraction: 1), end) < 1e-6)
    let middle = prior.interpolate(from: start, to: end, fraction: 0.5)
    #expect(relativeDifference(middle, (start + end) / 2) < 1e-6)
  }
}
