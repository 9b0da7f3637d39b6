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

/// The kind of decoders.
public enum DecoderKind: PluginKind {
  public typealias Context = DecoderContext
  public typealias Product = any Decoder
  public typealias Declared = any DecoderPlugin.Type
  public static let name = "decoder"
}

public typealias DecoderCatalog = Catalog<DecoderKind>

extension DecoderCatalog {
  /// The catalog with one more decoder.
  public func adding<P: DecoderPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
