import MoCAProtocols

/// The small network of InfoGAN (Chen et al., NeurIPS 2016) as an autoencoder, as Dai and Wipf ("Diagnosing and
/// Enhancing VAE Models", ICLR 2019, arXiv 1903.05789) and the comparison of GANs by Lucic et al. (2018) use it.
///
/// Encoder: 4×4 convolutions of stride 2 to 64 and 128 channels, a layer of 1024 units, all with leaky ReLU of slope
/// 0.2 and all but the first with batch normalisation, then a linear layer. Decoder: layers of 1024 and 128·(h/4)²
/// units and a transposed 4×4 convolution of stride 2 to 64 channels, all with batch normalisation and ReLU, then
/// another with a sigmoid.
///
/// What differs from the authors: weights start as PyTorch's do (theirs are normal with σ = 0.02); batch
/// normalisation moves its statistics by 0.1 a step (theirs 0.001); layers that a convolution's normalisation follows
/// have no bias; spectral normalisation of the encoder is left to the regularizers.
public struct InfoGANConfiguration: PluginConfiguration {
  @Setting(
    "channels w of the maps at half the side; those at a quarter have 2w", .between(1, 1024),
    source: "Dai and Wipf's code")
  public var width = 64
  @Setting("units of the fully connected layer", .between(1, 65536), source: "Dai and Wipf's code")
  public var hidden = 1024

  public init() {}

  /// A quarter of the image's side.
  fileprivate func base(of shape: ImageShape) throws -> Int {
    let isUsable =
      shape.height == shape.width && (28...64).contains(shape.height) && shape.height % 4 == 0
      && [1, 3].contains(shape.channels)
    if !isUsable {
      throw ConfigurationError.incompatible(
        "the backbone \"infogan\" cannot take images of \(shape): it needs square images of 1 or 3 channels whose "
          + "side is a multiple of 4 from 28 to 64 pixels (28, 32, 36, 40, …, 64); set dataset.size")
    }
    return shape.height / 4
  }
}

/// A linear layer and batch normalisation.
private final class NormalizedLinear: Module {
  let linear: Linear
  let normalization: BatchNormalization

  init(_ inputs: Int, _ outputs: Int, using generator: Generator) {
    linear = Linear(inputs, outputs, using: generator)
    normalization = BatchNormalization(outputs)
  }

  func callAsFunction(_ input: Tensor) -> Tensor { normalization(linear(input)) }

  func rectified(_ input: Tensor) -> Tensor { normalization.rectified(linear(input)) }
}

/// The encoder of the InfoGAN backbone.
public final class InfoGANEncoder: EncoderPlugin {
  public typealias Configuration = InfoGANConfiguration

  public static let name = "infogan"
  public static let summary = "two convolutions and a wide fully connected layer (Dai & Wipf, Lucic et al.)"
  public static let reference = Citation(
    "Dai and Wipf, Diagnosing and Enhancing VAE Models, ICLR 2019", url: "https://arxiv.org/abs/1903.05789")
  public static let about =
    "A shallow network from the GAN literature that became a standard for comparing autoencoders and GANs on MNIST, "
    + "Fashion-MNIST and CIFAR-10: two strided convolutions and one wide fully connected layer on each side. Choose "
    + "it to compare with Dai and Wipf's scores, or where a shallow convolutional network is wanted. It takes square "
    + "images of 28 to 64 pixels a side. Most parameters are in the fully connected layers and grow with the square "
    + "of the side: 7 million in each half at 28 pixels, 34 million at 64. The authors also put spectral "
    + "normalisation on the encoder; that is a regularizer here."
  public static let formula =
    "encoder: convolution 4×4, stride 2, w → leaky ReLU → convolution 4×4, stride 2, 2w → norm → leaky ReLU\n"
    + "         → linear, 1024 → norm → leaky ReLU → linear\n"
    + "decoder: linear, 1024 → norm → ReLU → linear, 2w·(h/4)² → norm → ReLU\n"
    + "         → transposed convolution 4×4, stride 2, w → norm → ReLU → the same to the image → sigmoid"

  private static let slope = 0.2

  private let input: BiasedConvolution
  private let convolution: Convolution
  private let normalization: BatchNormalization
  private let hidden: NormalizedLinear
  private let projection: Linear

  public init(_ configuration: InfoGANConfiguration, context: EncoderContext) throws {
    let base = try configuration.base(of: context.imageShape)
    let (width, generator) = (configuration.width, context.generator)
    input = BiasedConvolution(
      ConvolutionShape(inputs: context.imageShape.channels, outputs: width, kernel: 4, stride: 2, padding: 1),
      using: generator)
    convolution = Convolution(
      ConvolutionShape(inputs: width, outputs: 2 * width, kernel: 4, stride: 2, padding: 1), using: generator)
    normalization = BatchNormalization(2 * width)
    hidden = NormalizedLinear(2 * width * base * base, configuration.hidden, using: generator)
    projection = Linear(configuration.hidden, context.featureCount, using: generator)
  }

  public func encode(_ images: Tensor) -> Tensor {
    // [batch, channels, h, w] → [batch, 2w, h / 4, w / 4] → [batch, hidden] → [batch, featureCount]
    let first = input(images).leakyReLU(slope: Self.slope)
    let maps = normalization(convolution(first)).leakyReLU(slope: Self.slope)
    return projection(hidden(maps.flattened(from: 1)).leakyReLU(slope: Self.slope))
  }
}

/// The decoder of the InfoGAN backbone.
public final class InfoGANDecoder: DecoderPlugin {
  public typealias Configuration = InfoGANConfiguration

  public static let name = InfoGANEncoder.name
  public static let summary = "two wide fully connected layers and two transposed convolutions (Dai & Wipf)"
  public static let reference = InfoGANEncoder.reference
  public static let about = InfoGANEncoder.about
  public static let formula = InfoGANEncoder.formula

  private let hidden: NormalizedLinear
  private let projection: NormalizedLinear
  private let convolution: TransposedConvolution
  private let normalization: BatchNormalization
  private let output: TransposedConvolution
  private let base: Int

  public init(_ configuration: InfoGANConfiguration, context: DecoderContext) throws {
    base = try configuration.base(of: context.imageShape)
    let (width, generator) = (configuration.width, context.generator)
    hidden = NormalizedLinear(context.latentSize, configuration.hidden, using: generator)
    projection = NormalizedLinear(configuration.hidden, 2 * width * base * base, using: generator)
    convolution = TransposedConvolution(
      ConvolutionShape(inputs: 2 * width, outputs: width, kernel: 4, stride: 2, padding: 1), using: generator)
    normalization = BatchNormalization(width)
    output = TransposedConvolution(
      ConvolutionShape(inputs: width, outputs: context.imageShape.channels, kernel: 4, stride: 2, padding: 1),
      hasBias: true, using: generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, hidden] → [batch, 2w, h / 4, w / 4] → [batch, channels, h, w]
    let maps = projection.rectified(hidden.rectified(latents))
      .reshaped(latents.shape[0], -1, base, base).channelsLast()
    return output(normalization.rectified(convolution(maps))).sigmoid()
  }
}
