import Backbones
import MoCAProtocols
import Testing

@Suite("Backbones")
struct BackboneTests {
  private func pair(
    _ name: String, _ shape: ImageShape, _ settings: String
  ) throws -> (encoder: any Encoder, decoder: any Decoder) {
    let streams = streams(3)
    let settings = try ConfigurationValue(yaml: settings)
    let encoder = try EncoderCatalog.standard.entry(named: name).make(
      settings, "encoder", .init(imageShape: shape, featureCount: 6, generator: streams[.encoder]))
    let decoder = try DecoderCatalog.standard.entry(named: name).make(
      settings, "decoder", .init(imageShape: shape, latentSize: 5, generator: streams[.decoder]))
    return (encoder, decoder)
  }

  private func check(_ name: String, _ shape: ImageShape, _ settings: String, _ dtype: DType) throws {
    let (encoder, decoder) = try pair(name, shape, settings)
    let generator = Generator(seed: 1)
    let images = Tensor.uniform([2, shape.channels, shape.height, shape.width], using: generator)
      .channelsLast()
    try withAutocast(to: dtype, on: .cpu) {
      #expect(encoder.encode(images).shape == [2, 6])
      let decoded = decoder.decode(Tensor.normal([2, 5], using: generator))
      #expect(decoded.shape == images.shape)
      #expect(decoded.minimum().item >= 0)
      #expect(decoded.maximum().item <= 1)
      (encoder.encode(images).to(dtype: .float32).sum() + decoded.to(dtype: .float32).sum()).backward()
      for (name, parameter) in encoder.namedParameters() + decoder.namedParameters() {
        let gradient = try #require(parameter.wrappedValue.gradient, "\(name)")
        #expect(gradient.isFinite.all().item == 1, "\(name)")
      }
    }
  }

  @Test(
    "the convolutional networks take square images of 28 to 256 pixels",
    arguments: [28, 32, 36, 40, 44, 52, 64, 96, 104, 128, 256], [1, 3])
  func convolutionalSizes(_ side: Int, _ channels: Int) throws {
    let shape = ImageShape(channels: channels, height: side, width: side)
    try check("convolutional", shape, "width: 2", .float32)
  }

  @Test(
    "both backbones run in bfloat16",
    arguments: [("convolutional", "width: 2"), ("perceptron", "hidden: [8]")])
  func bfloat16(_ name: String, _ settings: String) throws {
    try check(name, ImageShape(channels: 3, height: 32, width: 32), settings, .bfloat16)
  }

  @Test("the perceptron takes images of any shape", arguments: [(1, 5, 9), (3, 4, 4)], ["{}", "hidden: []"])
  func perceptron(_ shape: (Int, Int, Int), _ settings: String) throws {
    try check(
      "perceptron", ImageShape(channels: shape.0, height: shape.1, width: shape.2), settings, .float32)
  }

  @Test(
    "other images are refused with the sizes that fit",
    arguments: [
      (3, 27, 27), (3, 30, 30), (1, 16, 16), (3, 100, 100), (3, 300, 300), (2, 32, 32), (3, 32, 64),
    ])
  func unfitImages(_ channels: Int, _ height: Int, _ width: Int) {
    let shape = ImageShape(channels: channels, height: height, width: width)
    let error = #expect(throws: ConfigurationError.self) { try pair("convolutional", shape, "width: 2") }
    let text = error?.description ?? ""
    #expect(text.contains("cannot take images of \(channels)×\(height)×\(width)"))
    #expect(text.contains("set dataset.size"))
  }

  @Test("at 32 pixels and width 128 the networks have the paper's layers")
  func paperSizes() throws {
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    let (encoder, decoder) = try pair("convolutional", shape, "width: 128")
    let kernels = { (module: any Module) in
      module.namedParameters().map(\.parameter.wrappedValue.shape).filter { $0.count == 4 }
    }
    #expect(kernels(encoder) == [[128, 3, 4, 4], [256, 128, 4, 4], [512, 256, 4, 4], [1024, 512, 4, 4]])
    #expect(kernels(decoder) == [[1024, 512, 4, 4], [512, 256, 4, 4], [256, 3, 4, 4]])
    #expect(decoder.state["projection.weight"]?.shape == [8 * 8 * 1024, 5])
  }

  @Test(
    "every decoder can be differentiated twice, as gradient penalties do",
    arguments: DecoderCatalog.standard.names)
  func twice(_ name: String) throws {
    let (_, decoder) = try pair(name, ImageShape(channels: 1, height: 32, width: 32), "{}")
    let latents = leaf(.normal([2, 5], using: Generator(seed: 4)))
    let slope = decoder.decode(latents).squared().sum()
      .gradients(withRespectTo: [latents], retainsGraph: true, createsGraph: true)[0]
    slope.squared().mean().backward()
    let gradients = decoder.namedParameters().compactMap { $0.parameter.wrappedValue.gradient }
    #expect(!gradients.isEmpty && gradients.allSatisfy { $0.isFinite.all().item == 1 })
    #expect(gradients.contains { $0.absolute().maximum().item > 0 })
  }
}
