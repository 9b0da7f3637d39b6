import Foundation
import MoCAProtocols
import Priors
import Testing

@Suite("The Gaussian posterior's closed forms")
struct GaussianPosteriorTests {
  private func normal(_ scale: Double, latentSize: Int = 5) throws -> Normal {
    var configuration = Normal.Configuration()
    configuration.scale = scale
    return try Normal(configuration, context: PriorContext(latentSize: latentSize))
  }

  @Test("the divergence from normal distributions and its gradient equal torch's", arguments: [1.0, 2])
  func divergence(_ scale: Double) throws {
    let fixtures = try Fixtures.tensors("laws")
    let name = scale == 1 ? "1" : "2"
    let prior = try normal(scale)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    let features = leaf(try fixtures["gaussian.features"])
    let divergence = try #require(posterior.divergence(of: features, from: prior))
    #expect(relativeDifference(divergence, try fixtures["gaussian.divergence.\(name)"]) < 1e-5)
    let gradient = divergence.mean().gradients(withRespectTo: [features])[0]
    #expect(relativeDifference(gradient, try fixtures["gaussian.gradient.divergence.\(name)"]) < 1e-4)
  }

  @Test("entropy, density and the density's gradient equal torch's")
  func density() throws {
    let fixtures = try Fixtures.tensors("laws")
    let posterior = try Gaussian(NoSettings(), prior: try normal(1))
    let features = leaf(try fixtures["gaussian.features"])
    let entropy = try #require(posterior.entropy(of: features))
    #expect(relativeDifference(entropy, try fixtures["gaussian.entropy"]) < 1e-5)
    let density = posterior.logDensity(of: try fixtures["gaussian.points"], given: features)
    #expect(relativeDifference(density, try fixtures["gaussian.density"]) < 1e-5)
    let gradient = density.mean().gradients(withRespectTo: [features])[0]
    #expect(relativeDifference(gradient, try fixtures["gaussian.gradient.density"]) < 1e-4)
    // Half precision of the networks does not reach it.
    let points = try fixtures["gaussian.points"]
    let half = withAutocast(to: .bfloat16, on: .cpu) { posterior.logDensity(of: points, given: features) }
    #expect(half.data == density.data)
  }

  @Test("the divergence is zero at the prior itself, and exact in its neighbourhood")
  func atThePrior() throws {
    let prior = try normal(1, latentSize: 2)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    let features = Tensor([Float](arrayLiteral: 0, 0, 0, 0, 1e-4, 0, 0, 0), shape: [2, 4])
    let found = try #require(posterior.divergence(of: features, from: prior)).doubles
    #expect(found[0] == 0)
    #expect(relativeDifference(found[1], 0.5e-8) < 1e-5)
  }

  @Test("closed forms stay finite at the cut of the log variance", arguments: [2, 128])
  func extremes(_ dimension: Int) throws {
    let prior = try normal(1, latentSize: dimension)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    for value in [-1e6, -20, 0, 20, 1e6] {
      let features = leaf(
        .concatenated([.full([2, dimension], 0.5), .full([2, dimension], value)], along: 1))
      let divergence = try #require(posterior.divergence(of: features, from: prior))
      let density = posterior.logDensity(of: .full([3, dimension], 0.5), given: features)
      let gradient = (divergence.sum() + density.sum()).gradients(withRespectTo: [features])[0]
      #expect(isFinite(divergence) && isFinite(density) && isFinite(gradient))
    }
  }

  @Test(
    "on a bounded support it still draws, but claims no entropy and no divergence",
    arguments: ["hypersphere", "cube"])
  func boundedSupport(_ name: String) throws {
    let prior = try prior(name, latentSize: 3)
    let posterior = try Gaussian(NoSettings(), prior: prior)
    let features = Tensor.zeros([2, 6])
    #expect(posterior.entropy(of: features) == nil)
    #expect(posterior.divergence(of: features, from: prior) == nil)
    #expect(posterior.sample(from: features, using: Generator(seed: 1)).shape == [2, 3])
  }
}
