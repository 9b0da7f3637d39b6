extension PluginTemplate {
  /// Square patches: an encoder and a decoder that work for many sizes.
  package static let backbone = PluginTemplate(
    kind: "backbone",
    text: #"""
      import MoCAProtocols

      /// Square patches, one linear map for all of them, and a linear layer over the whole image.
      ///
      /// Encoder: a p×p convolution of stride p, batch normalisation, ReLU, a linear layer. Decoder: the same
      /// backwards, with a sigmoid at the end. Ours, and meant as an example.
      // Change here: the network, its source, and the settings.
      public struct __Type__Configuration: PluginConfiguration {
        @Setting("pixels p a side of a patch", .between(1, 256), source: "ours") public var patch = 4
        @Setting("channels of a patch", .between(1, 65536), source: "ours") public var width = 64

        public init() {}

        /// Patches a side of an image.
        fileprivate func side(of shape: ImageShape) throws -> Int {
          if shape.height != shape.width || shape.height % patch != 0 {
            throw ConfigurationError.incompatible(
              "the backbone \"__name__\" cannot take images of \(shape): it needs square images whose side is a "
                + "multiple of \(patch); set dataset.size, or backbone.patch to a divisor of \(shape.height)")
          }
          return shape.height / patch
        }
      }

      /// The encoder of the __name__ backbone.
      public final class __Type__Encoder: EncoderPlugin {
        public typealias Configuration = __Type__Configuration

        public static let name = "__name__"
        // One line for `moca list`, and a paragraph for `moca describe` and the reference page.
        public static let summary = "one linear map for all square patches, and a linear layer"
        public static let about = """
          Each image is cut into square patches, which one linear map turns into features; a linear layer sees all of \
          them. There is one hidden layer, so it is quick and weak: an example to start from.
          """
        public static let reference = Citation.project

        private let embedding: Convolution
        private let normalization: BatchNormalization
        private let projection: Linear

        public init(_ configuration: __Type__Configuration, context: EncoderContext) throws {
          let side = try configuration.side(of: context.imageShape)
          let (patch, width) = (configuration.patch, configuration.width)
          embedding = Convolution(
            ConvolutionShape(inputs: context.imageShape.channels, outputs: width, kernel: patch, stride: patch),
            using: context.generator)
          normalization = BatchNormalization(width)
          projection = Linear(width * side * side, context.featureCount, using: context.generator)
        }

        public func encode(_ images: Tensor) -> Tensor {
          // [batch, channels, h, w] → [batch, width, side, side] → [batch, featureCount]
          projection(normalization(embedding(images)).relu().flattened(from: 1))
        }
      }

      /// The decoder of the __name__ backbone.
      public final class __Type__Decoder: DecoderPlugin {
        public typealias Configuration = __Type__Configuration

        public static let name = __Type__Encoder.name
        public static let summary = "a linear layer, and one linear map for all square patches with a sigmoid"
        public static let about = __Type__Encoder.about
        public static let reference = __Type__Encoder.reference

        private let projection: Linear
        private let normalization: BatchNormalization
        private let output: TransposedConvolution
        private let side: Int

        public init(_ configuration: __Type__Configuration, context: DecoderContext) throws {
          side = try configuration.side(of: context.imageShape)
          let (patch, width) = (configuration.patch, configuration.width)
          projection = Linear(context.latentSize, width * side * side, using: context.generator)
          normalization = BatchNormalization(width)
          output = TransposedConvolution(
            ConvolutionShape(inputs: width, outputs: context.imageShape.channels, kernel: patch, stride: patch),
            hasBias: true, using: context.generator)
        }

        public func decode(_ latents: Tensor) -> Tensor {
          // [batch, latentSize] → [batch, width, side, side] → [batch, channels, h, w]
          let maps = projection(latents).reshaped(latents.shape[0], -1, side, side).channelsLast()
          return output(normalization(maps).relu()).sigmoid()
        }
      }

      """#,
    additions: [
      Addition(catalog: "encoders", suffix: "Encoder", file: "Sources/Backbones/Catalog.swift"),
      Addition(catalog: "decoders", suffix: "Decoder", file: "Sources/Backbones/Catalog.swift"),
    ],
    tests: #"""
      import MoCAProtocols
      import __Type__Backbone
      import Testing

      @Suite("The backbone __name__")
      struct __Type__Tests {
        @Test("images become features, and latents images of the same shape in [0, 1]", arguments: [1, 3])
        func shapes(channels: Int) throws {
          let shape = ImageShape(channels: channels, height: 32, width: 32)
          let generator = Generator(seed: 1)
          let encoder = try __Type__Encoder(
            .init(), context: EncoderContext(imageShape: shape, featureCount: 6, generator: generator))
          let decoder = try __Type__Decoder(
            .init(), context: DecoderContext(imageShape: shape, latentSize: 5, generator: generator))
          let features = encoder.encode(.uniform([4, channels, 32, 32], using: generator))
          #expect(features.shape == [4, 6] && features.isFinite.all().item != 0)
          let images = decoder.decode(.normal([4, 5], using: generator))
          #expect(images.shape == [4, channels, 32, 32])
          #expect(images.minimum().item >= 0 && images.maximum().item <= 1)
        }
      }

      """#)
}
