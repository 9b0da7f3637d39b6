import MoCAProtocols

/// Fully connected layers on a smaller image: what is finer than a square of f×f pixels is averaged away.
///
/// Encoder: the mean of each square, then fully connected layers with ReLU. Decoder: fully connected layers, a sigmoid,
/// and each value repeated over its square. Ours: a quick network for trying regularizers where sharp images do not
/// matter.
public struct PooledConfiguration: PluginConfiguration {
  @Setting("pixels f a side of a square", .between(1, 256), source: "ours") public var factor = 2
  @Setting("sizes of the hidden layers, from the image to the latent", .between(1, 65536), source: "ours")
  public var hidden = [256]

  public init() {}

  /// The shape of the averaged image.
  fileprivate func pooled(_ shape: ImageShape) throws -> ImageShape {
    if shape.height % factor != 0 || shape.width % factor != 0 {
      throw ConfigurationError.incompatible(
        "the backbone \"pooled\" cannot take images of \(shape): height and width must be multiples of \(factor); "
          + "set dataset.size, or backbone.factor to a number that divides them")
    }
    return ImageShape(channels: shape.channels, height: shape.height / factor, width: shape.width / factor)
  }
}

/// The encoder of the pooled backbone.
public final class PooledEncoder: EncoderPlugin {
  public typealias Configuration = PooledConfiguration

  public static let name = "pooled"
  public static let summary = "fully connected layers on a smaller image"
  public static let about = """
    The image is made smaller by averaging squares of pixels, and fully connected layers see what is left. It trains in \
    seconds and shows what a regularizer does to the codes; its images are coarse.
    """
  public static let reference = Citation.project

  private let network: MultilayerPerceptron
  private let factor: Int

  public init(_ configuration: PooledConfiguration, context: EncoderContext) throws {
    factor = configuration.factor
    let shape = try configuration.pooled(context.imageShape)
    network = MultilayerPerceptron(
      [shape.valueCount] + configuration.hidden + [context.featureCount], using: context.generator)
  }

  public func encode(_ images: Tensor) -> Tensor {
    // [batch, channels, h, w] → [batch, channels, h / f, w / f] → [batch, featureCount]
    network(images.averagePooled(factor).flattened(from: 1))
  }
}

/// The decoder of the pooled backbone.
public final class PooledDecoder: DecoderPlugin {
  public typealias Configuration = PooledConfiguration

  public static let name = PooledEncoder.name
  public static let summary = "fully connected layers and a sigmoid; every value fills a square of pixels"
  public static let about = PooledEncoder.about
  public static let reference = PooledEncoder.reference

  private let network: MultilayerPerceptron
  private let shape: ImageShape
  private let factor: Int

  public init(_ configuration: PooledConfiguration, context: DecoderContext) throws {
    factor = configuration.factor
    shape = try configuration.pooled(context.imageShape)
    network = MultilayerPerceptron(
      [context.latentSize] + configuration.hidden.reversed() + [shape.valueCount], using: context.generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, channels, h / f, w / f] → [batch, channels, h, w]
    let small = network(latents).sigmoid().reshaped(-1, shape.channels, shape.height, shape.width)
    return small.channelsLast().upsampled(factor)
  }
}
