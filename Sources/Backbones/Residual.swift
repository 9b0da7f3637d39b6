import MoCAProtocols

/// A residual network on both sides, for square images of 28 to 256 pixels (He, Zhang, Ren and Sun, "Identity
/// Mappings in Deep Residual Networks", ECCV 2016, arXiv 1603.05027).
///
/// Block: x + convolution(ReLU(norm(convolution(ReLU(norm(x)))))) with 3×3 kernels; where the channels change, x
/// passes a 1×1 convolution after the first normalisation and ReLU. Encoder: a 3×3 convolution, then stages of blocks
/// with w, 2w, 4w, 8w, 8w, … channels, each followed by 2×2 average pooling, down to 4 to 7 pixels a side; batch
/// normalisation, ReLU and a linear layer. Decoder: the same backwards, with every pixel doubled before each stage, and
/// a 3×3 convolution and a sigmoid at the end.
///
/// Weights start as PyTorch's do, but the last convolution of a block at a tenth of that, so that a block starts near
/// the identity whatever the depth. Not at zero: then the layers before it would have no gradient in the first
/// step, and spectral normalisation no direction to keep.
public struct ResidualConfiguration: PluginConfiguration {
  @Setting("channels w of the first stage", .between(1, 1024), source: "ResNet-18 (He et al., CVPR 2016)")
  public var width = 64
  @Setting(
    "residual blocks in a stage", .between(1, 16),
    source: "the residual autoencoder of Dai and Wipf (ICLR 2019); ResNet-18 has 2")
  public var blocks = 1

  public init() {}

  /// Channels of each stage of the encoder; every stage halves the side.
  fileprivate func channels(for shape: ImageShape) throws -> [Int] {
    var count = 2
    while shape.height >> count >= 8 { count += 1 }
    let isUsable =
      shape.height == shape.width && (28...256).contains(shape.height)
      && shape.height % (1 << count) == 0 && [1, 3].contains(shape.channels)
    if !isUsable {
      throw ConfigurationError.incompatible(
        "the backbone \"residual\" cannot take images of \(shape): it needs square images of 1 or 3 channels and 28 "
          + "to 256 pixels a side that halve evenly down to 4 to 7 pixels (28, 32, 40, 48, 56, 64, 80, 96, 128, 256, "
          + "…); set dataset.size")
    }
    return (0..<count).map { width << min($0, 3) }
  }
}

/// Two 3×3 convolutions, each after batch normalisation and ReLU, beside the identity.
private final class ResidualBlock: Module {
  let firstNormalization: BatchNormalization
  let first: Convolution
  let secondNormalization: BatchNormalization
  let second: Convolution
  let shortcut: Convolution?

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    firstNormalization = BatchNormalization(inputs)
    first = Convolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 3, padding: 1), using: generator)
    secondNormalization = BatchNormalization(outputs)
    second = Convolution(
      ConvolutionShape(inputs: outputs, outputs: outputs, kernel: 3, padding: 1), using: generator)
    shortcut =
      inputs == outputs
      ? nil : Convolution(ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 1), using: generator)
    second.weight = second.weight.detached() * 0.1
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    let activated = firstNormalization.rectified(input)
    let change = second(secondNormalization.rectified(first(activated)))
    return (shortcut.map { $0(activated) } ?? input) + change
  }
}

/// The blocks of one resolution.
private final class ResidualStage: Module {
  let blocks: [ResidualBlock]

  init(_ inputs: Int, _ outputs: Int, blockCount: Int, using generator: Generator) {
    blocks = (0..<blockCount).map { ResidualBlock($0 == 0 ? inputs : outputs, outputs, using: generator) }
  }

  func callAsFunction(_ input: Tensor) -> Tensor { blocks.reduce(input) { $1($0) } }
}

/// The encoder of the residual backbone.
public final class ResidualEncoder: EncoderPlugin {
  public typealias Configuration = ResidualConfiguration

  public static let name = "residual"
  public static let summary = "residual blocks with batch normalisation and average pooling, to 256 pixels"
  public static let reference = Citation(
    "He et al., Identity Mappings in Deep Residual Networks, ECCV 2016",
    url: "https://arxiv.org/abs/1603.05027")
  public static let about =
    "Residual blocks that normalise first, with average pooling on the way down and doubled pixels on the way up. "
    + "There is a stage for every halving, so one configuration serves images from 28 to 256 pixels a side. Choose "
    + "it for large or detailed images, where the plain convolutional network gets hard to train, and for decoders "
    + "without the checkerboard patterns of transposed convolutions. It has a tenth of the plain network's parameters, "
    + "but works at full resolution, so time and memory grow with the number of pixels. It is our arrangement of "
    + "published parts, not a published network."
  public static let formula =
    "block: x ← shortcut(x) + convolution 3×3(ReLU(norm(convolution 3×3(ReLU(norm(x))))))\n"
    + "encoder: convolution 3×3 → [blocks → mean over 2×2] with w, 2w, 4w, 8w, 8w, … channels\n"
    + "         → norm → ReLU → linear\n"
    + "decoder: linear → [pixels doubled → blocks] → norm → ReLU → convolution 3×3 → sigmoid"

  private let input: Convolution
  private let stages: [ResidualStage]
  private let normalization: BatchNormalization
  private let projection: Linear

  public init(_ configuration: ResidualConfiguration, context: EncoderContext) throws {
    let channels = try configuration.channels(for: context.imageShape)
    let (width, last) = (configuration.width, channels[channels.count - 1])
    input = Convolution(
      ConvolutionShape(inputs: context.imageShape.channels, outputs: width, kernel: 3, padding: 1),
      using: context.generator)
    stages = zip([width] + channels, channels).map {
      ResidualStage($0, $1, blockCount: configuration.blocks, using: context.generator)
    }
    normalization = BatchNormalization(last)
    let base = context.imageShape.height >> channels.count
    projection = Linear(last * base * base, context.featureCount, using: context.generator)
  }

  public func encode(_ images: Tensor) -> Tensor {
    let maps = stages.reduce(input(images)) { $1($0).averagePooled(2) }
    return projection(normalization.rectified(maps).flattened(from: 1))
  }
}

/// The decoder of the residual backbone.
public final class ResidualDecoder: DecoderPlugin {
  public typealias Configuration = ResidualConfiguration

  public static let name = ResidualEncoder.name
  public static let summary = "residual blocks with batch normalisation and doubled pixels, to 256 pixels"
  public static let reference = ResidualEncoder.reference
  public static let about = ResidualEncoder.about
  public static let formula = ResidualEncoder.formula

  private let projection: Linear
  private let stages: [ResidualStage]
  private let normalization: BatchNormalization
  private let output: BiasedConvolution
  private let base: Int

  public init(_ configuration: ResidualConfiguration, context: DecoderContext) throws {
    let channels = Array(try configuration.channels(for: context.imageShape).reversed())
    base = context.imageShape.height >> channels.count
    projection = Linear(context.latentSize, channels[0] * base * base, using: context.generator)
    stages = zip(channels, channels.dropFirst() + [configuration.width]).map {
      ResidualStage($0, $1, blockCount: configuration.blocks, using: context.generator)
    }
    normalization = BatchNormalization(configuration.width)
    output = BiasedConvolution(
      ConvolutionShape(
        inputs: configuration.width, outputs: context.imageShape.channels, kernel: 3, padding: 1),
      using: context.generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, channels, base, base], and twice the side at each stage
    let start = projection(latents).reshaped(latents.shape[0], -1, base, base).channelsLast()
    let maps = stages.reduce(start) { $1($0.upsampled(2)) }
    return output(normalization.rectified(maps)).sigmoid()
  }
}
