import MoCAProtocols

/// A small vision transformer on both sides (Dosovitskiy et al., "An Image is Worth 16x16 Words", ICLR 2021, arXiv
/// 2010.11929), with the width and heads of DeiT-Ti (Touvron et al., ICML 2021).
///
/// Encoder: square patches, one linear map for all of them, learned positions, blocks of attention and layers with
/// GELU that normalise first, layer normalisation, the mean over the patches (Beyer, Zhai and Kolesnikov, 2022, found
/// it as good as a class token), batch normalisation and a linear layer. Decoder: a linear layer from the code to all
/// tokens, learned positions, the same blocks, layer normalisation, and one linear map to the pixels of a patch with a
/// sigmoid.
///
/// The batch normalisation is ours, after the one before the linear classifier of He et al. (MAE, CVPR 2022). Without
/// it all codes start nearly equal, the first steps, which only teach the decoder the mean image, make them more so,
/// and training stays at the mean image for hundreds of steps.
///
/// Linear layers start as PyTorch's do, positions normal with σ = 0.02. No dropout.
public struct VisionTransformerConfiguration: PluginConfiguration {
  @Setting("pixels a side of a patch", .between(1, 256), source: "ours: 64 patches at 32 pixels")
  public var patch = 4
  @Setting("features of a token", .between(1, 4096), source: "DeiT-Ti (Touvron et al., ICML 2021)")
  public var width = 192
  @Setting("blocks in each half", .between(1, 64), source: "ours: half of DeiT-Ti's 12")
  public var depth = 6
  @Setting("heads of the attention; they divide the width", .between(1, 64), source: "DeiT-Ti")
  public var heads = 3

  public init() {}

  public func validate() throws {
    if width % heads != 0 {
      throw ConfigurationError.incompatible(
        "the backbone \"vit\" cannot share a width of \(width) among \(heads) heads; set the width to a multiple of "
          + "the heads, such as \(max(1, width / heads) * heads)")
    }
  }
}

/// How an image is cut.
private struct PatchGrid {
  /// The most patches: attention's time grows with their square.
  static let limit = 1024

  let shape: ImageShape
  /// Pixels a side of a patch.
  let patch: Int

  var rows: Int { shape.height / patch }
  var columns: Int { shape.width / patch }
  /// Patches of an image.
  var count: Int { rows * columns }
  /// Numbers in a patch.
  var valueCount: Int { patch * patch * shape.channels }

  init(_ shape: ImageShape, _ configuration: VisionTransformerConfiguration) throws {
    try configuration.validate()
    self.shape = shape
    patch = configuration.patch
    if !fits(patch) {
      let fitting = (1...min(256, max(1, min(shape.height, shape.width)))).filter(fits).map(String.init)
      throw ConfigurationError.incompatible(
        "the backbone \"vit\" cannot take images of \(shape) with patches of \(patch) pixels: it needs images whose "
          + "height and width are multiples of the patch, and at most \(Self.limit) patches; set dataset.size, or "
          + "backbone.patch to one of \(fitting.joined(separator: ", "))")
    }
  }

  private func fits(_ patch: Int) -> Bool {
    shape.height % patch == 0 && shape.width % patch == 0
      && (shape.height / patch) * (shape.width / patch) <= Self.limit
  }

  /// `[batch, channels, h, w] → [batch, patches, numbers]`, a patch row by row with the channels innermost.
  func cut(_ images: Tensor) -> Tensor {
    images.reshaped(-1, shape.channels, rows, patch, columns, patch).permuted(0, 2, 4, 3, 5, 1)
      .reshaped(-1, count, valueCount)
  }

  /// The inverse of ``cut(_:)``; the images are stored channels-last.
  func join(_ patches: Tensor) -> Tensor {
    patches.reshaped(-1, rows, columns, patch, patch, shape.channels).permuted(0, 1, 3, 2, 4, 5)
      .reshaped(-1, shape.height, shape.width, shape.channels).permuted(0, 3, 1, 2)
  }
}

/// The encoder of the vision transformer.
public final class VisionTransformerEncoder: EncoderPlugin {
  public typealias Configuration = VisionTransformerConfiguration

  public static let name = "vit"
  public static let summary = "a small vision transformer: patches, attention, the mean over the patches"
  public static let reference = Citation(
    "Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021", url: "https://arxiv.org/abs/2010.11929")
  public static let about =
    "A vision transformer on both sides: patches become tokens, every block mixes all tokens by attention, and the "
    + "decoder turns the code into tokens and these into patches. It has no convolution, and only one batch "
    + "normalisation, of the encoder's mean token, which keeps the codes apart at the start. Choose it to learn whether "
    + "a result depends on convolution, or on a GPU with much data. It takes images of any shape that the patch "
    + "divides, in at most 1024 patches. It needs more images and steps than a convolutional network to reach the "
    + "same error, and begins slowly, most of all on dark images: the decoder first paints the mean image."
  public static let formula =
    "block: t ← t + attention(norm(t)), t ← t + linear(GELU(linear(norm(t))))\n"
    + "encoder: t = linear(patches) + positions → blocks → norm → mean over the patches → batch norm → linear\n"
    + "decoder: t = linear(code) + positions → blocks → norm → linear → sigmoid → patches joined"

  private let embedding: Linear
  @Parameter private var positions: Tensor
  private let blocks: [TransformerBlock]
  private let normalization: LayerNormalization
  private let featureNormalization: BatchNormalization
  private let projection: Linear
  private let grid: PatchGrid

  public init(_ configuration: VisionTransformerConfiguration, context: EncoderContext) throws {
    let (width, generator) = (configuration.width, context.generator)
    grid = try PatchGrid(context.imageShape, configuration)
    embedding = Linear(grid.valueCount, width, using: generator)
    positions = Tensor.normal([grid.count, width], using: generator) * 0.02
    blocks = (0..<configuration.depth).map { _ in
      TransformerBlock(width: width, headCount: configuration.heads, using: generator)
    }
    normalization = LayerNormalization(width)
    featureNormalization = BatchNormalization(width)
    projection = Linear(width, context.featureCount, using: generator)
  }

  public func encode(_ images: Tensor) -> Tensor {
    // [batch, channels, h, w] → [batch, patches, width] → [batch, width] → [batch, featureCount]
    let tokens = blocks.reduce(embedding(grid.cut(images)) + positions) { $1($0) }
    return projection(featureNormalization(normalization(tokens).mean(along: 1)))
  }
}

/// The decoder of the vision transformer.
public final class VisionTransformerDecoder: DecoderPlugin {
  public typealias Configuration = VisionTransformerConfiguration

  public static let name = VisionTransformerEncoder.name
  public static let summary = "a small vision transformer: the code as tokens, attention, patches"
  public static let reference = VisionTransformerEncoder.reference
  public static let about = VisionTransformerEncoder.about
  public static let formula = VisionTransformerEncoder.formula

  private let projection: Linear
  @Parameter private var positions: Tensor
  private let blocks: [TransformerBlock]
  private let normalization: LayerNormalization
  private let output: Linear
  private let grid: PatchGrid

  public init(_ configuration: VisionTransformerConfiguration, context: DecoderContext) throws {
    let (width, generator) = (configuration.width, context.generator)
    grid = try PatchGrid(context.imageShape, configuration)
    projection = Linear(context.latentSize, grid.count * width, using: generator)
    positions = Tensor.normal([grid.count, width], using: generator) * 0.02
    blocks = (0..<configuration.depth).map { _ in
      TransformerBlock(width: width, headCount: configuration.heads, using: generator)
    }
    normalization = LayerNormalization(width)
    output = Linear(width, grid.valueCount, using: generator)
  }

  public func decode(_ latents: Tensor) -> Tensor {
    // [batch, latentSize] → [batch, patches, width] → [batch, channels, h, w]
    let start = projection(latents).reshaped(latents.shape[0], grid.count, -1) + positions
    return grid.join(output(normalization(blocks.reduce(start) { $1($0) })).sigmoid())
  }
}
