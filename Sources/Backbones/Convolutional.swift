import MoCAProtocols

/// The convolutional network of the regularized autoencoders for CIFAR-10 (Ghosh, Sajjadi, Vergari, Black and
/// Schölkopf, "From Variational to Deterministic Autoencoders", ICLR 2020, arXiv 1903.12436, appendix), with a
/// width and for any square image of 28 to 256 pixels.
///
/// Encoder: 4×4 convolutions of stride 2 with w, 2w, 4w, 8w channels, each followed by batch normalisation and
/// ReLU, then a linear layer. Decoder: a linear layer to 8w channels of 7 or 8 pixels a side, transposed 4×4
/// convolutions of stride 2 with 4w, 2w, … channels, and one of stride 1 with a sigmoid. At 32 pixels and w = 128
/// these are the paper's layers; larger images get one more stage on each side for every doubling. Weights start as
/// PyTorch's do; batch normalisation uses PyTorch's ε and momentum (the authors' Keras code has 1e-3 and 0.99).
public struct ConvolutionalConfiguration: PluginConfiguration {
  @Setting("channels w of the first stage", .between(1, 1024)) public var width = 128

  public init() {}
}

/// What both halves are made for.
private struct ConvolutionalPlan {
  /// Doublings between the decoder's first map and the image.
  let doublings: Int
  /// Side of the decoder's first map.
  let base: Int

  init(_ shape: ImageShape) throws {
    var doublings = 2
    while shape.height >> (doublings + 1) >= 7 { doublings += 1 }
    let isUsable =
      shape.height == shape.width && (28...256).contains(shape.height)
      && shape.height % (1 << doublings) == 0 && [1, 3].contains(shape.channels)
    if !isUsable {
      throw ConfigurationError.incompatible(
        "the backbone \"convolutional\" cannot take images of \(shape): it needs square images of 1 or 3 channels "
          + "and 28 to 256 pixels a side that halve evenly down to 7 to 13 pixels (28, 32, 36, 40, 64, 96, 128, 256, …); "
          + "set dataset.size")
    }
    self.doublings = doublings
    base = shape.height >> doublings
  }
}

/// Convolution, batch normalisation, ReLU.
private final class EncoderStage: Module {
  let convolution: Convolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    convolution = Convolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 4, stride: 2, padding: 1), using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { normalization.rectified(convolution(input)) }
}

/// Transposed convolution, batch normalisation, ReLU.
private final class DecoderStage: Module {
  let convolution: TransposedConvolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    convolution = TransposedConvolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 4, stride: 2, padding: 1), using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { normalization.rectified(convolution(input)) }
}

/// The encoder of the convolutional backbone.
public final class ConvolutionalEncoder: EncoderPlugin {
  public typealias Configuration = ConvolutionalConfiguration

  public static let name = "convolutional"
  public static let summary = "strided 4×4 convolutions with batch normalisation (the RAE CIFAR-10 network)"
  public static let reference = Citation(
    "Ghosh et al., From Variational to Deterministic Autoencoders, ICLR 2020",
    url: "https://arxiv.org/abs/1903.12436")

  private let stages: [EncoderStage]
  private let projection: Linear

  public init(_ configuration: ConvolutionalConfiguration, context: EncoderContext) throws {
    let plan = try ConvolutionalPlan(context.imageShape)
    let width = configuration.width
    let channels =
      [context.imageShape.channels]
      + (0..<(plan.doublings == 2 ? 4 : plan.doublings + 1)).map {
        width << min($0, 3)
      }
    stages = zip(channels, channels.dropFirst()).map { EncoderStage($0, $1, using: context.generator) }
    let side = context.imageShape.height >> stages.count
    projection = Linear(
      8 * width * side * side, context.featureCount, using: context.generator)
  }

  public func encode(_ images: Tensor) -> Tensor {
    projection(stages.reduce(images) { $1($0) }.flattened(from: 1))
  }
}

/// The decoder of the convolutional backbone.
public final class ConvolutionalDecoder: DecoderPlugin {
  public typealias Configuration = ConvolutionalConfiguration

  public static let name = ConvolutionalEncoder.name
  public static let summary =
    "strided transposed 4×4 convolutions with batch normalisation (the RAE CIFAR-10 network)"
  public static let reference = ConvolutionalEncoder.reference

  private let projection: Linear
  private let normalization: BatchNormalization
  private let stages: [DecoderStage]
  private let output: TransposedConvolution
  private let base: Int
  private let side: Int

  public init(_ configuration: ConvolutionalConfiguration, context: DecoderContext) throws {
    let plan = try ConvolutionalPlan(context.imageShape)
    let width = configuration.width
    base = plan.base
    side = context.imageShape.height
    let channels = [8 * width] + (0..<plan.doublings).map { max(width, 4 * width >> $0) }
    projection = Linear(context.latentSize, 8 * width * base * base, using: context.generator)
    normalization = BatchNormalization(8 * width)
    stages = zip(channels, channels.dropFirst()).map { DecoderStage($0, $1, using: context.generator) }
    output = TransposedConvolution(
      ConvolutionShape(
        inputs: channels[channels.count - 1], outputs: context.imageShape.channels, kernel: 4, padding: 1),
      hasBias: true, using: context.generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, 8w, base, base]
    var maps = projection(latents).reshaped(latents.shape[0], -1, base, base).channelsLast()
    maps = stages.reduce(normalization.rectified(maps)) { $1($0) }
    // A 4×4 kernel of stride 1 leaves one row and column too many, as "same" padding does in Keras.
    return output(maps).narrowed(along: 2, from: 0, count: side).narrowed(along: 3, from: 0, count: side)
      .sigmoid()
  }
}
