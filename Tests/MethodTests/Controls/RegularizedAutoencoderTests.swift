import Backbones
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The regularized autoencoders")
struct RegularizedAutoencoderTests {
  private struct Summary: Decodable {
    let slope: Double
    let decoderSquares: Double
    let meanSquare: Double
  }

  private let normal: any Prior

  init() throws { normal = try Normal(.init(), context: PriorContext(latentSize: 4)) }

  /// The fixtures' decoder with their codes, and a step of them.
  private func step() throws -> (decoder: SmallDecoder, codes: Tensor, context: RegularizationContext) {
    let fixtures = try Fixtures.tensors("controls")
    let decoder = SmallDecoder()
    try restore(decoder.namedTensors(), from: fixtures.dropping("decoder."))
    let codes = leaf(try fixtures["codes"])
    let model = try autoencoder(ScalingEncoder(1), decoder, normal)
    return (decoder, codes, .init(model, images: .zeros([codes.shape[0], 1, 5, 5]), latents: codes))
  }

  private func diagnostics(_ penalty: Penalty) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: penalty.diagnostics.map { ($0.name, $0.tensor.item) })
  }

  @Test("rae-l2 is the codes' mean square and the squares of the decoder's weights, without biases")
  func latentNorm() throws {
    let expected = try Fixtures.values("controls", as: Summary.self)
    let (decoder, codes, context) = try step()
    var configuration = LatentNorm.Configuration()
    configuration.decoderRatio = 0.25
    let penalty = try LatentNorm(configuration, context: building(normal)).penalty(in: context)
    let sum = expected.meanSquare + 0.25 * expected.decoderSquares
    #expect(relativeDifference(penalty.value.item, sum) < 1e-5)
    let found = diagnostics(penalty)
    #expect(relativeDifference(found["latentMeanSquare"] ?? 0, expected.meanSquare) < 1e-5)
    #expect(relativeDifference(found["decoderSquares"] ?? 0, expected.decoderSquares) < 1e-5)
    let layer = decoder.layers[0]
    let gradients = penalty.value.gradients(withRespectTo: [codes, layer.weight, layer.bias])
    #expect(relativeDifference(gradients[0], codes.detached() * (2.0 / Double(codes.elementCount))) < 1e-5)
    #expect(relativeDifference(gradients[1], layer.weight.detached() * 0.5) < 1e-5)
    #expect(gradients[2].absolute().maximum().item == 0)
  }

  @Test("rae-gp and its gradients equal torch's gradient of a gradient")
  func gradientPenalty() throws {
    let expected = try Fixtures.values("controls", as: Summary.self)
    let fixtures = try Fixtures.tensors("controls")
    let (decoder, codes, context) = try step()
    var configuration = LatentGradientPenalty.Configuration()
    configuration.slopeRatio = 3
    let penalty = try LatentGradientPenalty(configuration, context: building(normal)).penalty(in: context)
    #expect(relativeDifference(penalty.value.item, expected.meanSquare + 3 * expected.slope) < 1e-5)
    #expect(relativeDifference(diagnostics(penalty)["decoderSlope"] ?? 0, expected.slope) < 1e-5)
    let parameters = decoder.namedParameters()
    let gradients = penalty.value.gradients(
      withRespectTo: parameters.map(\.parameter.wrappedValue) + [codes])
    for (parameter, gradient) in zip(parameters, gradients) {
      let stored = try fixtures["gradients.slope.\(parameter.name)"]
      #expect(relativeDifference(gradient, stored * 3) < 1e-4, "\(parameter.name)")
    }
    let pull = codes.detached() * (2.0 / Double(codes.elementCount))
    #expect(relativeDifference(gradients[4], try fixtures["gradients.slope.codes"] * 3 + pull) < 1e-4)
  }

  /// With x̂ = z W the derivative of Σ x̂² is 2 z W Wᵀ. A derivative with respect to the image, as a public
  /// implementation takes it, would be ten times as large through this encoder, and its square a hundred times.
  @Test("the slope is with respect to the latent, whatever the encoder does", arguments: [1.0, 10])
  func latentNotInput(_ factor: Double) throws {
    let generator = Generator(seed: 5)
    let weight = Tensor.normal([4, 9], using: generator)
    let model = try autoencoder(ScalingEncoder(factor), LinearDecoder(weight), normal)
    let images = leaf(Tensor.normal([3, 1, 2, 2], using: generator) / factor)
    let context = RegularizationContext(model, images: images, latents: model.encode(images))
    let penalty = try LatentGradientPenalty(.init(), context: building(normal)).penalty(in: context)
    let slopes = 2 * context.latents.detached().matmul(weight).matmul(weight.transposed())
    let expected = slopes.squared().mean().item
    #expect(relativeDifference(diagnostics(penalty)["decoderSlope"] ?? 0, expected) < 1e-5)
  }

  @Test("the slope goes through the convolutional decoder, in float32 and bfloat16")
  func convolutional() throws {
    let streams = streams(3)
    var configuration = ConvolutionalConfiguration()
    configuration.width = 4
    let decoder = try ConvolutionalDecoder(
      configuration,
      context: .init(
        imageShape: ImageShape(channels: 3, height: 32, width: 32), latentSize: 4,
        generator: streams[.decoder]))
    let model = try autoencoder(ScalingEncoder(1), decoder, normal)
    for dtype in [DType.float32, .bfloat16] {
      let codes = leaf(Tensor.normal([6, 4], using: streams[.prior]))
      let context = withAutocast(to: dtype, on: .cpu) {
        RegularizationContext(model, images: .zeros([6, 3, 32, 32]), latents: codes)
      }
      let penalty = try LatentGradientPenalty(.init(), context: building(normal)).penalty(in: context)
      penalty.value.backward()
      #expect(diagnostics(penalty)["decoderSlope"] ?? 0 > 0)
      for (name, parameter) in decoder.namedParameters() where name != "output.bias" {
        let gradient = try #require(parameter.wrappedValue.gradient, "\(name)")
        #expect(gradient.isFinite.all().item == 1, "\(name)")
        #expect(gradient.absolute().maximum().item > 0, "\(name)")
      }
    }
  }

  @Test("rae-sn normalises the decoder and, unless told otherwise, the encoder", arguments: [true, false])
  func spectralNorm(_ includesEncoder: Bool) throws {
    var configuration = SpectralNorm.Configuration()
    configuration.includesEncoder = includesEncoder
    let model = try autoencoder(LinearCritic(25, 4), SmallDecoder(), normal)
    let regularizer = try SpectralNorm(configuration, context: building(normal))
    regularizer.alter(model)
    let decoder = model.decoder as? SmallDecoder
    #expect(decoder?.layers.allSatisfy { $0.spectral != nil } == true)
    #expect(((model.encoder as? LinearCritic)?.layer.spectral != nil) == includesEncoder)
    let codes = leaf(Tensor.normal([6, 4], using: Generator(seed: 2)))
    let penalty = regularizer.penalty(in: .init(model, images: .zeros([6, 1, 5, 5]), latents: codes))
    #expect(relativeDifference(penalty.value.item, codes.squared().mean().item) < 1e-6)
    // Two layers of spectral norm one and a sigmoid of slope at most a quarter; one power iteration is not exact.
    let steps = (0..<50).map { _ in model.decode(codes) }
    let shifted = model.decode(codes + 0.5)
    let change = (shifted - steps[49]).squared().sum(along: 1, 2, 3).maximum().item.squareRoot()
    #expect(change < 0.25 * 1.0 * 1.01)
  }

  @Test("defaults in the common unit are the authors' times the values of an image")
  func units() {
    let weights = [
      LatentNorm.Configuration().weight, LatentGradientPenalty.Configuration().weight,
      SpectralNorm.Configuration().weight,
    ]
    for (weight, expected) in zip(weights, [1e-3 * 3072, 1e-4 * 12_288, 0.03 * 3072]) {
      #expect(relativeDifference(weight.value ?? 0, expected) < 1e-12)
    }
    let types: [any RegularizerPlugin.Type] = [
      LatentNorm.self, LatentGradientPenalty.self, SpectralNorm.self,
    ]
    for type in types {
      let (subject, takesSamples, prior) = (type.subject, type.takesSamples, type.defaultPrior)
      #expect(subject == .networks)
      #expect(!takesSamples)
      #expect(prior == "normal")
    }
  }
}
