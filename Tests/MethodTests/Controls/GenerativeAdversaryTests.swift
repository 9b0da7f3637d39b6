import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The plain GAN")
struct GenerativeAdversaryTests {
  private struct Losses: Decodable {
    let generatorLoss: Double
    let criticLoss: Double
  }

  /// A decoder whose images are given.
  private final class FixedDecoder: Decoder {
    let images: Tensor

    init(_ images: Tensor) { self.images = images }

    func decode(_ latents: Tensor) -> Tensor { images }
  }

  private let normal: any Prior

  init() throws { normal = try Normal(.init(), context: PriorContext(latentSize: 4)) }

  private func make() throws -> GenerativeAdversary {
    try GenerativeAdversary(.init(), context: building(normal) { LinearCritic(25, $0) })
  }

  @Test("losses and gradients equal torch's binary cross entropies")
  func reference() throws {
    let fixtures = try Fixtures.tensors("controls")
    let expected = try Fixtures.values("controls", as: Losses.self)
    let regularizer = try make()
    try restore(
      regularizer.namedTensors(),
      from: ["critic.layer.weight": fixtures["critic.weight"], "critic.layer.bias": fixtures["critic.bias"]])
    let samples = leaf(try fixtures["samples"])
    let model = try autoencoder(ScalingEncoder(1), FixedDecoder(samples), normal)
    let context = RegularizationContext(
      model, images: try fixtures["images"], latents: .zeros([6, 4]), decoderInput: .zeros([6, 4]))
    let penalty = regularizer.penalty(in: context).value
    #expect(relativeDifference(penalty.item, expected.generatorLoss) < 1e-5)
    let gradient = penalty.gradients(withRespectTo: [samples], retainsGraph: true)[0]
    #expect(relativeDifference(gradient, try fixtures["gradients.samples"]) < 1e-4)

    let loss = regularizer.criticLoss(in: context.detached)
    #expect(relativeDifference(loss.item, expected.criticLoss) < 1e-5)
    loss.backward()
    let weight = try #require(regularizer.namedParameters().first).parameter.wrappedValue
    #expect(relativeDifference(try #require(weight.gradient), try fixtures["gradients.critic"]) < 1e-4)
    #expect(samples.gradient == nil)
  }

  @Test("the decoder sees draws of the prior, and nothing is reconstructed")
  func perturbation() throws {
    let regularizer = try make()
    let streams = streams(2)
    let codes = leaf(.full([500, 4], 9))
    let input = regularizer.decoderInput(for: codes, prior: normal, streams: streams)
    #expect(streams.states.map(\.name) == ["perturbation"])
    #expect(input.shape == [500, 4])
    #expect(!input.requiresGradient)
    // Five standard errors over 2,000 draws.
    #expect(abs(input.mean().item) < 5 / 2000.0.squareRoot())
    let errors = leaf(.ones([8]))
    let observation = regularizer.observationLoss(errors, valueCount: 25)
    #expect(observation.item == 0)
    #expect(observation.shape == [])
    #expect(observation.gradients(withRespectTo: [errors])[0].absolute().maximum().item == 0)
    #expect(regularizer.warnings.count == 1)
  }

  @Test("a few rounds move the samples' mean towards the images'")
  func training() throws {
    let decoder = SmallDecoder()
    let model = try autoencoder(ScalingEncoder(1), decoder, normal)
    let regularizer = try make()
    let (streams, images) = (streams(4), Tensor.full([32, 1, 5, 5], 0.9))
    let (generator, critic) = (Adam(decoder.trainableParameters()), Adam(regularizer.trainableParameters()))
    var means: [Double] = []
    for _ in 0..<150 {
      let codes = Tensor.zeros([32, 4])
      let input = regularizer.decoderInput(for: codes, prior: normal, streams: streams)
      let context = RegularizationContext(model, images: images, latents: codes, decoderInput: input)
      generator.clearGradients()
      regularizer.penalty(in: context).value.backward()
      generator.step(learningRate: 0.01)
      critic.clearGradients()
      regularizer.criticLoss(in: context.detached).backward()
      critic.step(learningRate: 0.01)
      if let pass = context.pass { means.append(pass.reconstructions.mean().item) }
    }
    #expect(abs(means[0] - 0.5) < 0.1)
    #expect(means[130...].reduce(0, +) / 20 > 0.6)
  }

  @Test("it can be checked before the images are known")
  func checking() throws {
    let regularizer = try GenerativeAdversary(.init(), context: building(normal))
    #expect(regularizer.namedTensors().isEmpty)
    #expect(GenerativeAdversary.subject == .networks)
    #expect(!GenerativeAdversary.takesSamples)
  }
}
