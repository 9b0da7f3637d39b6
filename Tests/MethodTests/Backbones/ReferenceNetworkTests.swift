import Backbones
import MoCAProtocols
import Testing

/// The fixtures of `make_backbones.py`: layers and networks in plain PyTorch, in float64.
@Suite("Backbones against PyTorch")
struct ReferenceNetworkTests {
  /// Loads the parameters and compares the output, the input's gradient and all parameters' gradients.
  ///
  /// Outputs to 1e-5, gradients to 1e-4: what is computed here is float32.
  private func compare(
    _ name: String, in file: String, _ module: any Module, _ apply: (Tensor) -> Tensor
  ) throws {
    let fixtures = try Fixtures.tensors(file)
    try load(fixtures.dropping("\(name).parameters."), into: module)
    let input = leaf(try fixtures.tensors["\(name).input"] ?? fixtures["images"])
    let expected = try fixtures["\(name).output"]
    let output = apply(input)
    #expect(output.shape == expected.shape)
    #expect(relativeDifference(output, expected) < 1e-5)
    let target = Tensor.range(expected.elementCount, dtype: .float64).cosine().reshaped(to: expected.shape)
    let parameters = module.namedParameters().sorted { $0.name < $1.name }.map(\.parameter.wrappedValue)
    let gradients = (output * target.to(dtype: .float32)).sum().gradients(withRespectTo: [input] + parameters)
    if let expected = fixtures.tensors["\(name).gradients.input"] {
      #expect(relativeDifference(gradients[0], expected) < 1e-4)
    }
    let found = Tensor.concatenated(gradients.dropFirst().map { $0.reshaped(-1) })
    #expect(relativeDifference(found, try fixtures["\(name).gradients"]) < 1e-4)
  }

  /// Every parameter by its name; running statistics stay as they are.
  private func load(_ parameters: [String: Tensor], into module: any Module) throws {
    try restore(
      module.namedParameters().map { NamedTensor($0.name, $0.parameter.wrappedValue) }, from: parameters)
  }

  private func encoder(_ name: String, _ shape: ImageShape, _ settings: String) throws -> any Encoder {
    try EncoderCatalog.standard.entry(named: name).make(
      ConfigurationValue(yaml: settings), "encoder",
      .init(imageShape: shape, featureCount: 6, generator: Generator(seed: 0)))
  }

  private func decoder(_ name: String, _ shape: ImageShape, _ settings: String) throws -> any Decoder {
    try DecoderCatalog.standard.entry(named: name).make(
      ConfigurationValue(yaml: settings), "decoder",
      .init(imageShape: shape, latentSize: 3, generator: Generator(seed: 0)))
  }

  @Test("layer normalisation equals nn.LayerNorm")
  func layerNormalization() throws {
    let layer = LayerNormalization(12)
    try compare("layer_norm", in: "backbones_residual", layer) { layer($0) }
  }

  @Test("attention equals nn.MultiheadAttention")
  func attention() throws {
    let layer = MultiHeadAttention(width: 12, headCount: 3, using: Generator(seed: 0))
    try compare("attention", in: "backbones_residual", layer) { layer($0) }
  }

  @Test("the transformer block equals nn.TransformerEncoderLayer with the normalisation first")
  func transformerBlock() throws {
    let block = TransformerBlock(width: 12, headCount: 3, using: Generator(seed: 0))
    try compare("transformer_block", in: "backbones_residual", block) { block($0) }
  }

  private static let networks = [
    ("convolutional", "backbones", ImageShape(channels: 1, height: 28, width: 28), "{width: 1, kernel: 5}"),
    ("infogan", "backbones", ImageShape(channels: 1, height: 28, width: 28), "{width: 1, hidden: 5}"),
    (
      "residual", "backbones_residual", ImageShape(channels: 1, height: 28, width: 28),
      "{width: 1, blocks: 2}"
    ),
    (
      "vit", "backbones_residual", ImageShape(channels: 3, height: 8, width: 12),
      "{width: 8, depth: 1, heads: 2}"
    ),
  ]

  @Test("encoders and decoders equal the same networks in PyTorch", arguments: networks)
  func network(_ name: String, _ file: String, _ shape: ImageShape, _ settings: String) throws {
    let encoder = try encoder(name, shape, settings)
    try compare("\(name).encoder", in: file, encoder) { encoder.encode($0.channelsLastIfImages) }
    let decoder = try decoder(name, shape, settings)
    try compare("\(name).decoder", in: file, decoder) { decoder.decode($0) }
  }

  @Test(
    "the convolutional decoder can start as the published codes do", arguments: ["rectified", "linear"])
  func start(_ start: String) throws {
    let decoder = try decoder(
      "convolutional", ImageShape(channels: 1, height: 28, width: 28),
      "{width: 1, kernel: 5, start: \(start)}")
    let fixtures = try Fixtures.tensors("backbones")
    let parameters = fixtures.dropping("convolutional.decoder.parameters.")
    try load(parameters.filter { !$0.key.hasPrefix("normalization.") }, into: decoder)
    let output = decoder.decode(try fixtures["convolutional.decoder.input"])
    let expected = try fixtures["convolutional.decoder.\(start)"]
    #expect(relativeDifference(output.narrowed(along: 0, from: 0, count: 1), expected) < 1e-5)
  }

  private static let published = [
    ("rae_cifar", "convolutional", "{}", 3, 32, 128, 128),
    ("celeba_normalized", "convolutional", "kernel: 5", 3, 64, 64, 64),
    ("celeba_rectified", "convolutional", "{kernel: 5, start: rectified}", 3, 64, 64, 64),
    ("infogan_28", "infogan", "{}", 1, 28, 128, 64),
    ("infogan_32", "infogan", "{}", 3, 32, 128, 64),
    ("residual_32", "residual", "{}", 3, 32, 64, 64),
    ("residual_256", "residual", "{}", 3, 256, 64, 64),
    ("vit_32", "vit", "{}", 3, 32, 64, 64),
  ]

  @Test("the default and published networks have PyTorch's number of parameters", arguments: published)
  func parameterCounts(
    _ key: String, _ name: String, _ settings: String, _ channels: Int, _ side: Int, _ features: Int,
    _ latentSize: Int
  ) throws {
    let shape = ImageShape(channels: channels, height: side, width: side)
    let settings = try ConfigurationValue(yaml: settings)
    let encoder = try EncoderCatalog.standard.entry(named: name).make(
      settings, "encoder",
      .init(imageShape: shape, featureCount: features, generator: Generator(seed: 0)))
    let decoder = try DecoderCatalog.standard.entry(named: name).make(
      settings, "decoder",
      .init(imageShape: shape, latentSize: latentSize, generator: Generator(seed: 0)))
    let counts = try Fixtures.values("backbones", as: [String: Int].self)
    #expect(encoder.parameterCount + decoder.parameterCount == counts[key])
  }
}

extension Tensor {
  /// Images as the run gives them.
  fileprivate var channelsLastIfImages: Tensor { rank == 4 ? channelsLast() : self }
}
