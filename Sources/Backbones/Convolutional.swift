import MoCAProtocols

/// The convolutional networks of the regularized autoencoders (Ghosh, Sajjadi, Vergari, Black and Schölkopf, "From
/// Variational to Deterministic Autoencoders", ICLR 2020, arXiv 1903.12436, appendix) and of the Wasserstein
/// autoencoders (Tolstikhin et al., ICLR 2018), with a width and for any square image of 28 to 256 pixels.
///
/// Encoder: convolutions of stride 2 with w, 2w, 4w, 8w channels, each followed by batch normalisation and ReLU,
/// then a linear layer. Decoder: a linear layer to 8w channels of 7 or 8 pixels a side, transposed convolutions of
/// stride 2 with 4w, 2w, … channels, and one of stride 1 with a sigmoid. Larger images get one more stage on each
/// side for every doubling.
///
/// | published network | pixels | kernel | w | what follows the decoder's linear layer |
/// |---|---|---|---|---|
/// | RAE, MNIST and CIFAR-10 | 32 | 4 | 128 | nothing in the authors' code: `linear` |
/// | WAE, MNIST | 28 | 4 | 128 | `rectified` |
/// | RAE, CelebA | 64 | 5 | 128 | nothing in the authors' code: `linear` |
/// | WAE, CelebA | 64 | 5 | 128 | `rectified` |
///
/// What differs from the authors: convolutions that a normalisation follows have no bias, which it would take away
/// again; weights start as PyTorch's do; batch normalisation has PyTorch's ε and momentum (Keras has 1e-3 and
/// 0.99); images enter in [0, 1]; the 5×5 convolutions of stride 2 see two zeros on each side, where TensorFlow's
/// see one and two; and an odd side is halved downwards by 4×4 kernels (28 → 14 → 7 → 3 → 1), where TensorFlow
/// rounds up.
public struct ConvolutionalConfiguration: PluginConfiguration {
  @Setting(
    "channels w of the first stage", .between(1, 1024), source: "the authors' code, RAE and WAE")
  public var width = 128
  @Setting(
    "side of the kernels: 4 or 5", .between(4, 5),
    source: "RAE for MNIST and CIFAR-10, WAE for MNIST; both have 5 for CelebA")
  public var kernel = 4
  @Setting(
    "what follows the decoder's first linear layer: batch normalisation and ReLU, ReLU, or nothing",
    source: "ours: as after every other layer; the code of WAE has rectified, that of RAE linear")
  public var start = ConvolutionalStart.normalized

  public init() {}
}

/// What follows the first linear layer of the convolutional decoder.
public enum ConvolutionalStart: String, SettingValue, CaseIterable {
  case normalized, rectified, linear
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

/// Convolution, batch normalisation, ReLU: half the side.
private final class EncoderStage: Module {
  let convolution: Convolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, kernel: Int, using generator: Generator) {
    convolution = Convolution(
      ConvolutionShape(
        inputs: inputs, outputs: outputs, kernel: kernel, stride: 2, padding: (kernel - 1) / 2),
      using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { normalization.rectified(convolution(input)) }
}

/// Transposed convolution, batch normalisation, ReLU: twice the side.
private final class DecoderStage: Module {
  let convolution: TransposedConvolution
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, kernel: Int, using generator: Generator) {
    convolution = TransposedConvolution(
      ConvolutionShape(inputs: inputs, outputs: outputs, kernel: kernel, stride: 2, padding: 1),
      using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    normalization.rectified(convolution(input).cropped(to: 2 * input.shape[2]))
  }
}

extension Tensor {
  /// Without the last row and column where there is one too many: "same" padding as in TensorFlow.
  fileprivate func cropped(to side: Int) -> Tensor {
    if shape[2] == side { return self }
    return narrowed(along: 2, from: 0, count: side).narrowed(along: 3, from: 0, count: side).channelsLast()
  }
}

/// The encoder of the convolutional backbone.
public final class ConvolutionalEncoder: EncoderPlugin {
  public typealias Configuration = ConvolutionalConfiguration

  public static let name = "convolutional"
  public static let summary = "strided convolutions with batch normalisation (the RAE and WAE networks)"
  public static let reference = Citation(
    "Ghosh et al., From Variational to Deterministic Autoencoders, ICLR 2020",
    url: "https://arxiv.org/abs/1903.12436")
  public static let about =
    "The network that most published scores of regularized and Wasserstein autoencoders were taken with: strided "
    + "convolutions with batch normalisation, a linear layer to the code, and the same backwards. Choose it to "
    + "compare with the literature: the defaults are the layers for CIFAR-10 and MNIST at 32 pixels, and kernel 5 at "
    + "64 pixels gives those for CelebA. It takes square images of 28 to 256 pixels a side. Most of its parameters "
    + "are in the last two stages, so a width of 32 or 64 costs little quality on simple images and is much faster. "
    + "Batch normalisation makes a code depend on its batch while training."
  public static let formula =
    "encoder: [convolution k×k, stride 2 → norm → ReLU] with w, 2w, 4w, 8w, … channels → linear\n"
    + "decoder: linear → 8w maps of 7 to 13 pixels → [transposed convolution k×k, stride 2 → norm → ReLU]\n"
    + "         with 4w, 2w, … channels → transposed convolution k×k → sigmoid"

  private let stages: [EncoderStage]
  private let projection: Linear

  public init(_ configuration: ConvolutionalConfiguration, context: EncoderContext) throws {
    let plan = try ConvolutionalPlan(context.imageShape)
    let width = configuration.width
    let stageCount = plan.doublings == 2 ? 4 : plan.doublings + 1
    let channels = [context.imageShape.channels] + (0..<stageCount).map { width << min($0, 3) }
    stages = zip(channels, channels.dropFirst()).map {
      EncoderStage($0, $1, kernel: configuration.kernel, using: context.generator)
    }
    let side = stages.reduce(context.imageShape.height) { side, _ in
      configuration.kernel == 4 ? side / 2 : (side + 1) / 2
    }
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
    "strided transposed convolutions with batch normalisation (the RAE and WAE networks)"
  public static let reference = ConvolutionalEncoder.reference
  public static let about = ConvolutionalEncoder.about
  public static let formula = ConvolutionalEncoder.formula

  private let projection: Linear
  private let normalization: BatchNormalization?
  private let stages: [DecoderStage]
  private let output: TransposedConvolution
  private let start: ConvolutionalStart
  private let base: Int
  private let side: Int

  public init(_ configuration: ConvolutionalConfiguration, context: DecoderContext) throws {
    let plan = try ConvolutionalPlan(context.imageShape)
    let (width, kernel) = (configuration.width, configuration.kernel)
    start = configuration.start
    base = plan.base
    side = context.imageShape.height
    let channels = [8 * width] + (0..<plan.doublings).map { max(width, (4 * width) >> $0) }
    projection = Linear(context.latentSize, 8 * width * base * base, using: context.generator)
    normalization = start == .normalized ? BatchNormalization(8 * width) : nil
    stages = zip(channels, channels.dropFirst()).map {
      DecoderStage($0, $1, kernel: kernel, using: context.generator)
    }
    output = TransposedConvolution(
      ConvolutionShape(
        inputs: channels[channels.count - 1], outputs: context.imageShape.channels, kernel: kernel,
        padding: (kernel - 1) / 2),
      hasBias: true, using: context.generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, 8w, base, base]
    var maps = projection(latents).reshaped(latents.shape[0], -1, base, base).channelsLast()
    if let normalization { maps = normalization.rectified(maps) }
    if start == .rectified { maps = maps.relu() }
    maps = stages.reduce(maps) { $1($0) }
    return output(maps).narrowed(along: 2, from: 0, count: side).narrowed(along: 3, from: 0, count: side)
      .sigmoid()
  }
}
