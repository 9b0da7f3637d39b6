/// Maps codes to images.
public protocol Decoder: Module {
  /// `[batch, latentSize]` → `[batch, channels, height, width]` in [0, 1].
  func decode(_ latents: Tensor) -> Tensor
}

/// A decoder that can be chosen by name.
public protocol DecoderPlugin: Decoder, Plugin {
  /// Builds the network.
  ///
  /// - Throws: ``ConfigurationError/incompatible(_:)`` where the image's size does not suit the network.
  init(_ configuration: Configuration, context: DecoderContext) throws
}

/// What a decoder is built from beside its configuration.
public struct DecoderContext {
  /// The images that go out.
  public let imageShape: ImageShape
  /// The size of the codes that come in.
  public let latentSize: Int
  public let generator: Generator

  public init(imageShape: ImageShape, latentSize: Int, generator: Generator) {
    self.imageShape = imageShape
    self.latentSize = latentSize
    self.generator = generator
  }
}

public typealias DecoderCatalog = Catalog<DecoderContext, any Decoder>

extension DecoderCatalog {
  /// The catalog with one more decoder.
  public func adding<P: DecoderPlugin>(_ type: P.Type) -> Self {
    adding(type) { try P($0, context: $1) }
  }
}
