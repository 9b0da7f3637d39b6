import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The VampPrior")
struct VampPriorTests {
  /// Four pseudo-inputs of shape 1 × 2 × 5, which are means and log variances as they are.
  private func make(components: Int = 4) throws -> (prior: VampPrior, posterior: Gaussian) {
    var configuration = VampPrior.Configuration()
    configuration.components = components
    let prior = try VampPrior(
      configuration,
      context: PriorContext(latentSize: 5, imageShape: ImageShape(channels: 1, height: 2, width: 5)))
    let posterior = try Gaussian(NoSettings(), prior: prior)
    prior.bind(to: OpenEncoder(), posterior)
    return (prior, posterior)
  }

  @Test("the density and its gradients reach points and pseudo-inputs as torch's do")
  func density() throws {
    let fixtures = try Fixtures.tensors("laws")
    let (prior, _) = try make()
    let logits = try #require(prior.state["pseudoInputs"])
    let values = try fixtures["vamp.logits"]
    withoutGradients { logits.assign(values) }
    let points = leaf(try fixtures["vamp.points"])
    let density = try #require(prior.logDensity(of: points))
    #expect(relativeDifference(density, try fixtures["vamp.density"]) < 1e-5)
    let gradients = density.mean().gradients(withRespectTo: [logits, points])
    #expect(relativeDifference(gradients[0], try fixtures["vamp.gradient.logits"]) < 1e-4)
    #expect(relativeDifference(gradients[1], try fixtures["vamp.gradient.points"]) < 1e-4)
  }

  @Test("kl against it is minus the entropy minus the log density at the codes")
  func divergence() throws {
    let fixtures = try Fixtures.tensors("laws")
    let (prior, posterior) = try make()
    let logits = try #require(prior.state["pseudoInputs"])
    let values = try fixtures["vamp.logits"]
    withoutGradients { logits.assign(values) }
    let regularizer = try KullbackLeibler(.init(), context: .run(prior, posterior))
    let (features, codes) = (leaf(try fixtures["vamp.features"]), leaf(try fixtures["vamp.points"]))
    let penalty = regularizer.penalty(
      in: .init(features: features, codes: codes, posterior: posterior, prior: prior)
    ).value
    #expect(penalty.shape == [])
    #expect(relativeDifference(penalty.item, try fixtures["vamp.estimate"].item) < 1e-5)
    #expect(
      penalty.gradients(withRespectTo: [features, codes, logits]).allSatisfy { $0.absolute().sum().item > 0 })
  }

  @Test("draws come from every component in equal shares and carry no gradients")
  func draws() throws {
    let (prior, posterior) = try make(components: 3)
    let draws = prior.sample(9_000, using: Generator(seed: 3))
    #expect(draws.shape == [9_000, 5] && !draws.requiresGradient)
    let logits = try #require(prior.state["pseudoInputs"])
    let means = posterior.mode(of: logits.detached().sigmoid().flattened(from: 1)).mean(along: 0)
    for axis in 0..<5 {
      let (mean, error) = meanAndError(draws.selected(along: 1, at: axis))
      #expect(abs(mean - means.doubles[axis]) < 4 * error)
    }
  }

  @Test("its only parts are the pseudo-inputs, in the shape of images")
  func parts() throws {
    let (prior, _) = try make()
    #expect(prior.namedTensors().map(\.name) == ["pseudoInputs"])
    #expect(prior.namedTensors().map(\.tensor.shape) == [[4, 1, 2, 5]])
    #expect(prior.trainableParameters().count == 1)
  }

  @Test("a posterior without a density leaves the prior without one, but draws")
  func deterministic() throws {
    let (prior, _) = try make()
    let posterior = try Deterministic(NoSettings(), prior: prior)
    let encoder = StubEncoder(
      ImageShape(channels: 1, height: 2, width: 5), featureCount: 5, using: Generator(seed: 1))
    prior.bind(to: encoder, posterior)
    #expect(prior.logDensity(of: .zeros([2, 5])) == nil)
    #expect(prior.sample(3, using: Generator(seed: 1)).shape == [3, 5])
    #expect(throws: ConfigurationError.self) { try KullbackLeibler(.init(), context: .run(prior, posterior)) }
  }

  @Test("it can be built before the images are known, and says so when it is used before an encoder")
  func unbound() async throws {
    let prior = try VampPrior(.init(), context: PriorContext(latentSize: 3))
    #expect(prior.kernelScale == 6)
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let prior = try VampPrior(.init(), context: PriorContext(latentSize: 3))
      _ = prior.sample(1, using: Generator(seed: 0))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("bind it to one before it is used"))
  }

  @Test("its pseudo-inputs do not move the encoder's running statistics, nor take it out of training")
  func statistics() throws {
    let shape = ImageShape(channels: 1, height: 2, width: 5)
    let prior = try VampPrior(.init(), context: PriorContext(latentSize: 3, imageShape: shape))
    let encoder = StubEncoder(shape, featureCount: 6, using: Generator(seed: 2))
    prior.bind(to: encoder, try Gaussian(NoSettings(), prior: prior))
    let before = try #require(encoder.state["normalization.running_mean"]).data
    _ = prior.sample(4, using: Generator(seed: 0))
    _ = prior.logDensity(of: .zeros([4, 3]))
    #expect(encoder.state["normalization.running_mean"]?.data == before)
    #expect(encoder.normalization.isTraining)
  }
}
