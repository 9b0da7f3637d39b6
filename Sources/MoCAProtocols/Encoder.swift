/// Maps images to features, from which a ``Posterior`` samples codes.
public protocol Encoder: Module {
  /// `[batch, channels, height, width]` in [0, 1] → `[batch, featureCount]`.
  func encode(_ images: Tensor) -> Tensor
}

/// An encoder that can be chosen by name.
public protocol EncoderPlugin: Encoder, Plugin {
  /// Builds the network.
  ///
  /// - Throws: ``ConfigurationError/incompatible(_:)`` where the image's size does not suit the network.
  init(_ configuration: Configuration, context: EncoderContext) throws
}

/// What an encoder is built from beside its configuration.
public struct EncoderContext {
  /// The images that come in.
  public let imageShape: ImageShape
  /// The features that go out: the posterior says how many it needs.
  public let featureCount: Int
  public let generator: Generator

  public init(imageShape: ImageShape, featureCount: Int, generator: Generator) {
    self.imageShape = imageShape
    self.featureCount = featureCount
    self.generator = generator
  }
}

/// The kind of encoders.
public enum EncoderKind: PluginKind {
  public typealias Context = EncoderContext
  public typealias Product = any Encoder
  public typealias Declared = any EncoderPlugin.Type
  public static let name = "encoder"
}

public typealias EncoderCatalog = Catalog<EncoderKind>

extension EncoderCatalog {
  /// The catalog with one more encoder.
  public func adding<P: EncoderPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
