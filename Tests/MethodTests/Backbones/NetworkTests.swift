import Backbones
import MoCAProtocols
import Testing

@Suite("The networks of every backbone")
struct NetworkTests {
  /// Small settings for each name.
  private static let small = [
    "convolutional": "{width: 2, kernel: 5}", "infogan": "{width: 2, hidden: 8}",
    "perceptron": "hidden: [16]", "residual": "{width: 2, blocks: 2}",
    "vit": "{width: 12, depth: 2, heads: 3}",
  ]
  private static let names = small.keys.sorted()

  private func pair(
    _ name: String, _ shape: ImageShape, _ settings: String? = nil, seed: UInt64 = 3, latentSize: Int = 5,
    featureCount: Int = 6
  ) throws -> (encoder: any Encoder, decoder: any Decoder) {
    let streams = streams(seed)
    let settings = try ConfigurationValue(yaml: settings ?? Self.small[name] ?? "{}")
    let encoder = try EncoderCatalog.standard.entry(named: name).make(
      settings, "encoder", .init(imageShape: shape, featureCount: featureCount, generator: streams[.encoder]))
    let decoder = try DecoderCatalog.standard.entry(named: name).make(
      settings, "decoder",
      .init(imageShape: shape, latentSize: latentSize, generator: streams[.decoder]))
    return (encoder, decoder)
  }

  private func images(_ shape: ImageShape, count: Int = 2) -> Tensor {
    Tensor.uniform([count, shape.channels, shape.height, shape.width], using: Generator(seed: 1))
      .channelsLast()
  }

  private func check(
    _ name: String, _ shape: ImageShape, _ settings: String? = nil, _ dtype: DType = .float32,
    _ images: Tensor? = nil, latentSize: Int = 5
  ) throws {
    let (encoder, decoder) = try pair(name, shape, settings, latentSize: latentSize)
    let images = images ?? self.images(shape)
    let latents = Tensor.normal([images.shape[0], latentSize], using: Generator(seed: 2))
    try withAutocast(to: dtype, on: .cpu) {
      let features = encoder.encode(images)
      #expect(features.shape == [images.shape[0], 6])
      let decoded = decoder.decode(latents)
      #expect(decoded.shape == images.shape)
      #expect(decoded.minimum().item >= 0 && decoded.maximum().item <= 1)
      (features.to(dtype: .float32).squared().sum() + decoded.to(dtype: .float32).sum()).backward()
      for (name, parameter) in encoder.namedParameters() + decoder.namedParameters() {
        let gradient = try #require(parameter.wrappedValue.gradient, "\(name)")
        #expect(gradient.isFinite.all().item == 1, "\(name)")
        #expect(gradient.shape == parameter.wrappedValue.shape)
      }
    }
  }

  private func square(_ side: Int, _ channels: Int) -> ImageShape {
    ImageShape(channels: channels, height: side, width: side)
  }

  @Test(
    "kernels of 5 take the sizes that kernels of 4 take", arguments: [28, 32, 36, 44, 52, 64, 96, 128, 256])
  func widerKernels(_ side: Int) throws {
    try check("convolutional", square(side, 3), "{width: 2, kernel: 5}")
  }

  @Test("every start of the convolutional decoder runs", arguments: ["normalized", "rectified", "linear"])
  func starts(_ start: String) throws {
    try check("convolutional", square(32, 3), "{width: 3, start: \(start)}")
  }

  @Test("odd widths have 4w and 2w channels too")
  func oddWidth() throws {
    let (_, decoder) = try pair("convolutional", square(32, 3), "width: 3")
    #expect(decoder.state["output.weight"]?.shape == [6, 3, 4, 4])
  }

  @Test("infogan takes square images of 28 to 64 pixels", arguments: [28, 32, 36, 44, 48, 64], [1, 3])
  func infogan(_ side: Int, _ channels: Int) throws { try check("infogan", square(side, channels)) }

  @Test(
    "residual takes square images of 28 to 256 pixels", arguments: [28, 32, 40, 56, 64, 96, 128, 224, 256])
  func residual(_ side: Int) throws { try check("residual", square(side, 3), "width: 1") }

  @Test("residual at 32 pixels takes grey images and several blocks")
  func greyResidual() throws { try check("residual", square(32, 1), "{width: 2, blocks: 3}") }

  @Test(
    "vit takes images of any shape that the patch divides", arguments: [(1, 28, 28), (3, 32, 64), (2, 4, 4)])
  func vit(_ shape: (Int, Int, Int)) throws {
    try check("vit", ImageShape(channels: shape.0, height: shape.1, width: shape.2))
  }

  @Test("vit takes 256 pixels with patches of 16 and of 8", arguments: [8, 16])
  func largeImages(_ patch: Int) throws {
    try check("vit", square(256, 3), "{width: 4, depth: 1, heads: 1, patch: \(patch)}")
  }

  @Test("every backbone runs in bfloat16", arguments: names)
  func bfloat16(_ name: String) throws { try check(name, square(32, 3), nil, .bfloat16) }

  @Test("images that are all equal, black or row-major leave finite gradients", arguments: names)
  func degenerateImages(_ name: String) throws {
    let shape = square(32, 3)
    let one = images(shape, count: 1).expanded(to: [4, 3, 32, 32]).contiguous()
    for images in [one, Tensor.zeros([4, 3, 32, 32]), Tensor.ones([3, 3, 32, 32])] {
      try check(name, shape, nil, .float32, images)
    }
  }

  @Test("latents of 2 and of 128 coordinates fit", arguments: names, [2, 128])
  func latentSizes(_ name: String, _ size: Int) throws { try check(name, square(32, 1), latentSize: size) }

  @Test("in evaluation one image gives what it gives among others", arguments: names)
  func evaluation(_ name: String) throws {
    let shape = square(32, 3)
    let (encoder, decoder) = try pair(name, shape)
    let images = images(shape, count: 3)
    _ = encoder.encode(images)
    encoder.setTraining(false)
    decoder.setTraining(false)
    let alone = encoder.encode(images.narrowed(along: 0, from: 1, count: 1))
    let among = encoder.encode(images).narrowed(along: 0, from: 1, count: 1)
    #expect(relativeDifference(alone, among) < 1e-4)
    #expect(decoder.decode(Tensor.zeros([1, 5])).shape == [1, 3, 32, 32])
  }

  @Test("a seed fixes the weights, and names depend on the settings only", arguments: names)
  func seeds(_ name: String) throws {
    let shape = square(32, 3)
    let (first, again, other) = (
      try pair(name, shape), try pair(name, shape), try pair(name, shape, seed: 4)
    )
    for (one, two, three) in [
      (first.encoder.namedTensors(), again.encoder.namedTensors(), other.encoder.namedTensors()),
      (first.decoder.namedTensors(), again.decoder.namedTensors(), other.decoder.namedTensors()),
    ] {
      #expect(one.map(\.name) == two.map(\.name))
      #expect(Set(one.map(\.name)).count == one.count)
      #expect(zip(one, two).allSatisfy { $0.tensor.floats == $1.tensor.floats })
      #expect(zip(one, three).contains { $0.tensor.floats != $1.tensor.floats })
    }
  }

  @Test("patches that the decoder joins are those that the encoder cuts")
  func patches() throws {
    // With all weights zero the decoder paints sigmoid(bias) of the patch: every patch is the same.
    let (_, decoder) = try pair("vit", ImageShape(channels: 3, height: 8, width: 12))
    for (name, parameter) in decoder.namedParameters() {
      let shape = parameter.wrappedValue.shape
      parameter.wrappedValue =
        name == "output.bias" ? Tensor.range(shape[0], dtype: .float32) * 0.01 : .zeros(shape)
    }
    let image = decoder.decode(Tensor.zeros([1, 5]))
    // Pixel (5, 6) of the image is pixel (1, 2) of its patch; channels are innermost: (1 × 4 + 2) × 3 + 1.
    let found = image.selected(along: 2, at: 5).selected(along: 2, at: 6).selected(along: 1, at: 1).item
    #expect(abs(found - Tensor.scalar(0.19).sigmoid().item) < 1e-6)
  }

  @Test(
    "other images are refused with the sizes that fit",
    arguments: [
      ("infogan", 3, 24, 24), ("infogan", 3, 30, 30), ("infogan", 3, 68, 68), ("infogan", 2, 32, 32),
      ("infogan", 3, 32, 36), ("residual", 3, 27, 27), ("residual", 3, 36, 36), ("residual", 3, 16, 16),
      ("residual", 3, 512, 512), ("residual", 4, 32, 32), ("residual", 3, 32, 64), ("vit", 3, 30, 32),
      ("vit", 3, 256, 256), ("vit", 1, 2, 2),
    ])
  func unfitImages(_ name: String, _ channels: Int, _ height: Int, _ width: Int) {
    let shape = ImageShape(channels: channels, height: height, width: width)
    let error = #expect(throws: ConfigurationError.self) { try pair(name, shape) }
    let text = error?.description ?? ""
    #expect(text.contains("the backbone \"\(name)\" cannot take images of \(channels)×\(height)×\(width)"))
    #expect(text.contains("set dataset.size"))
  }

  @Test("vit names the patches that would fit")
  func fittingPatches() {
    let error = #expect(throws: ConfigurationError.self) { try pair("vit", square(256, 3)) }
    #expect(error?.description.hasSuffix("backbone.patch to one of 8, 16, 32, 64, 128, 256") == true)
  }

  @Test("vit refuses a width that its heads cannot share")
  func heads() {
    let error = #expect(throws: ConfigurationError.self) { try pair("vit", square(32, 3), "{width: 100}") }
    #expect(error?.description.contains("set the width to a multiple of the heads, such as 99") == true)
  }

  @Test("every encoder and decoder says what it is, and where its defaults come from", arguments: names)
  func documentation(_ name: String) throws {
    let encoder = try EncoderCatalog.standard.entry(named: name)
    let decoder = try DecoderCatalog.standard.entry(named: name)
    for type in [encoder.type, decoder.type] {
      #expect(!type.about.isEmpty && !type.formula.isEmpty && !type.summary.isEmpty)
    }
    #expect((encoder.settings + decoder.settings).allSatisfy { !$0.source.isEmpty })
  }

  @Test("every backbone learns to copy four images", arguments: names)
  func learns(_ name: String) throws {
    let shape = square(28, 1)
    let (encoder, decoder) = try pair(name, shape, latentSize: 6)
    let ramp = (Tensor.range(28, dtype: .float32) / 28).reshaped(1, 28)
    let pictures = [ramp, 1 - ramp, ramp.transposed(), 1 - ramp.transposed()].map {
      $0.expanded(to: [28, 28])
    }
    let images = Tensor.stacked(pictures).reshaped(4, 1, 28, 28).channelsLast()
    let adam = Adam(encoder.trainableParameters() + decoder.trainableParameters())
    let error = { (decoder.decode(encoder.encode(images)) - images).squared().mean() }
    let start = error().item
    for _ in 0..<60 {
      error().backward()
      adam.step(learningRate: 3e-3)
      adam.clearGradients()
    }
    #expect(error().item < 0.5 * start)
  }
}
