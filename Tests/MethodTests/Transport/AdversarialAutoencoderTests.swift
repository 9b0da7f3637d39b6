import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The adversarial autoencoder")
struct AdversarialAutoencoderTests {
  @Test("it is the critic of wae-gan without the prior's density, with the paper's posterior and network")
  func sameGame() throws {
    let prior = try Normal(.init(), context: PriorContext(latentSize: 6))
    let regularizer = try AdversarialAutoencoder(.init(), context: building(prior))
    var configuration = AdversarialCritic.Configuration()
    (configuration.width, configuration.depth, configuration.addsLogDensity) = (1000, 2, false)
    let other = try AdversarialCritic(configuration, context: building(prior))
    #expect(regularizer.parameterCount == 6 * 1000 + 1000 + 1000 * 1000 + 1000 + 1000 + 1)
    let codes = leaf(prior.sample(8, using: Generator(seed: 1)) * 0.5)
    let found = regularizer.penalty(in: .init(codes, prior)).value
    #expect(found.item == other.penalty(in: .init(codes, prior)).value.item)
    #expect(found.gradients(withRespectTo: [codes])[0].absolute().maximum().item > 0)
    let loss = regularizer.criticLoss(in: RegularizationContext(codes, prior).detached)
    #expect(loss.item == other.criticLoss(in: RegularizationContext(codes, prior).detached).item)
    #expect(AdversarialAutoencoder.defaultPosterior == "gaussian")
    #expect(AdversarialAutoencoder.takesSamples)
    #expect(AdversarialAutoencoder.Configuration().criticLearningRate == regularizer.criticLearningRate)
    #expect((regularizer.makeCriticOptimizer(for: []) as? Adam)?.coefficients.beta1 == 0.5)
  }
}
