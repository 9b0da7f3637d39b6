import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The adversarial critic")
struct AdversarialCriticTests {
  private struct Summary: Decodable {
    struct Losses: Decodable {
      let criticLoss: Double
      let encoderLoss: Double
    }

    struct Adversary: Decodable {
      let values: [String: Losses]
    }

    let adversary: Adversary
  }

  @Test("losses and gradients equal the reference", arguments: ["sphere", "normal"])
  func reference(_ name: String) throws {
    let fixtures = try Fixtures.tensors("latent")
    let expected = try #require(try Fixtures.values("latent", as: Summary.self).adversary.values[name])
    let prior = FixedPrior(
      try prior(catalogName(name), latentSize: 8), draws: try fixtures["draws.\(name)"])
    var configuration = AdversarialCritic.Configuration()
    configuration.width = 32
    let regularizer = try AdversarialCritic(
      configuration,
      context: .init(prior: prior, batchSize: 24, populationSize: 0, generator: Generator(seed: 0)))
    let weights = fixtures.dropping("critic.").map { ("critic.\($0.key)", $0.value) }
    try restore(regularizer.namedTensors(), from: Dictionary(uniqueKeysWithValues: weights))

    let codes = leaf(try fixtures["codes.\(name)"])
    let context = RegularizationContext(codes, prior)
    let penalty = regularizer.penalty(in: context).value
    #expect(relativeDifference(penalty.item, expected.encoderLoss) < 1e-5)
    #expect(
      relativeDifference(
        penalty.gradients(withRespectTo: [codes])[0], try fixtures["gradients.adversary.\(name).codes"])
        < 1e-4)

    let loss = regularizer.criticLoss(in: context.detached)
    #expect(relativeDifference(loss.item, expected.criticLoss) < 1e-5)
    loss.backward()
    for (parameterName, parameter) in regularizer.namedParameters() {
      let layer = parameterName.dropFirst("critic.".count)
      let gradient = try #require(parameter.wrappedValue.gradient)
      let difference = relativeDifference(gradient, try fixtures["gradients.critic.\(name).\(layer)"])
      #expect(difference < 1e-4, "\(parameterName)")
    }
    #expect(codes.gradient == nil)
  }
}
