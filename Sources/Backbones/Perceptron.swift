import MoCAProtocols

/// Fully connected layers with ReLU on the flattened image, and a sigmoid at the end of the decoder.
///
/// The plain baseline of the autoencoder literature for small images: no convolution, no normalisation.
public struct PerceptronConfiguration: PluginConfiguration {
  @Setting(
    "sizes of the hidden layers, from the image to the code", .between(1, 65536),
    source: "ours: two layers of the width that is usual for MNIST")
  public var hidden = [512, 512]

  public init() {}
}

/// The encoder of the perceptron backbone.
public final class PerceptronEncoder: EncoderPlugin {
  public typealias Configuration = PerceptronConfiguration

  public static let name = "perceptron"
  public static let summary = "fully connected layers with ReLU"
  public static let reference = Citation.project
  public static let about =
    "The plain baseline: the image as one vector, fully connected layers with ReLU between them, and the same "
    + "backwards with a sigmoid at the end. It knows nothing of neighbouring pixels and has no normalisation, so "
    + "what it learns comes from the losses alone. Choose it for images of any shape up to about 32 pixels a side, "
    + "for quick experiments and as a control. Its size grows with the number of pixels, and on photographs its "
    + "reconstructions are much worse than those of the convolutional networks."
  public static let formula =
    "features = linear(ReLU(… ReLU(linear(image))))\nimage = sigmoid(linear(ReLU(… ReLU(linear(code)))))"

  private let network: MultilayerPerceptron

  public init(_ configuration: PerceptronConfiguration, context: EncoderContext) throws {
    network = MultilayerPerceptron(
      [context.imageShape.valueCount] + configuration.hidden + [context.featureCount],
      using: context.generator)
  }

  public func encode(_ images: Tensor) -> Tensor { network(images.flattened(from: 1)) }
}

/// The decoder of the perceptron backbone.
public final class PerceptronDecoder: DecoderPlugin {
  public typealias Configuration = PerceptronConfiguration

  public static let name = PerceptronEncoder.name
  public static let summary = "fully connected layers with ReLU and a sigmoid"
  public static let reference = Citation.project
  public static let about = PerceptronEncoder.about
  public static let formula = PerceptronEncoder.formula

  private let network: MultilayerPerceptron
  private let shape: ImageShape

  public init(_ configuration: PerceptronConfiguration, context: DecoderContext) throws {
    shape = context.imageShape
    network = MultilayerPerceptron(
      [context.latentSize] + configuration.hidden.reversed() + [shape.valueCount], using: context.generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    network(latents).sigmoid().reshaped(-1, shape.channels, shape.height, shape.width)
  }
}
