import Foundation
import MoCAProtocols

/// A vision transformer (Dosovitskiy et al., ICLR 2021) as DINOv2 trains it (Oquab et al., TMLR 2024): patches of
/// 14 pixels and a class token, blocks that normalise first and scale what they add (LayerScale, Touvron et al.,
/// ICCV 2021), layer normalisation with ε = 1e-6.
///
/// It is for features, not for training: images have 224 pixels a side, and the position embedding, which was
/// trained on 37 × 37 patches, is interpolated to 16 × 16.
public final class VisionTransformer: Module {
  /// How large the network is.
  public struct Size: Sendable, Equatable {
    /// Values that describe a token.
    public let width: Int
    public let depth: Int
    /// Heads of the attention.
    public let headCount: Int

    /// ViT-B.
    public static let base = Size(width: 768, depth: 12, headCount: 12)
    /// ViT-L.
    public static let large = Size(width: 1024, depth: 24, headCount: 16)

    public init(width: Int, depth: Int, headCount: Int) {
      self.width = width
      self.depth = depth
      self.headCount = headCount
    }
  }

  /// Pixels a side that it takes.
  public static let imageSide = 224
  private static let patchSide = 14
  private static let trainedSide = 37

  @Parameter private var classToken: Tensor
  @Parameter private var positions: Tensor
  private let patches: BiasedConvolution
  private let blocks: [VisionTransformerBlock]
  private let normalization: FineLayerNormalization

  /// A network with random weights; give it those of a file with `restore`.
  public init(_ size: Size, using generator: Generator = Generator(seed: 0)) {
    classToken = .zeros([1, 1, size.width])
    positions = .zeros([1, 1 + Self.trainedSide * Self.trainedSide, size.width])
    patches = BiasedConvolution(
      ConvolutionShape(inputs: 3, outputs: size.width, kernel: Self.patchSide, stride: Self.patchSide),
      using: generator)
    blocks = (0..<size.depth).map { _ in VisionTransformerBlock(size, using: generator) }
    normalization = FineLayerNormalization(size.width)
  }

  /// `[batch, 3, 224, 224]`, normalised → the normalised class token, `[batch, width]`.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    if Array(images.shape.dropFirst()) != [3, Self.imageSide, Self.imageSide] {
      fatalError("a vision transformer takes [batch, 3, 224, 224], found \(images.shape)")
    }
    let grid = patches(images)  // [batch, width, 16, 16]
    let tokens = grid.flattened(from: 2).transposed()
    let start = classToken.expanded(to: [images.shape[0], 1, classToken.shape[2]])
    let first =
      Tensor.concatenated([start, tokens], along: 1)
      + Self.interpolated(positions, to: Self.imageSide / Self.patchSide)
    let last = blocks.reduce(first) { $1($0) }
    return normalization(last.selected(along: 1, at: 0))
  }

  /// The position embedding, `[1, 1370, width]`, for 16 × 16 patches: `[1, 257, width]`.
  private static func interpolated(_ positions: Tensor, to side: Int) -> Tensor {
    let width = positions.shape[2]
    let matrix = cubicMatrix(from: trainedSide, to: side).to(on: positions.device)
    let patches = positions.narrowed(along: 1, from: 1, count: trainedSide * trainedSide).to(dtype: .float64)
    let rows = matrix.matmul(patches.reshaped(trainedSide, -1))  // [16, 37 · width]
    let grid = matrix.matmul(rows.reshaped(side, trainedSide, width))  // [16, 16, width]
    let start = positions.narrowed(along: 1, from: 0, count: 1)
    return .concatenated([start, grid.reshaped(1, side * side, width).to(dtype: positions.dtype)], along: 1)
  }

  /// The weights of cubic convolution (Keys 1981, a = −¾), `[outputs, inputs]`. The published code asks for a scale
  /// of (outputs + 0.1) / inputs, so that the positions are those of a slightly larger grid; it was trained with
  /// that.
  private static func cubicMatrix(from inputs: Int, to outputs: Int) -> Tensor {
    let step = Double(inputs) / (Double(outputs) + 0.1)
    var elements = [Double](repeating: 0, count: outputs * inputs)
    for output in 0..<outputs {
      let centre = (Double(output) + 0.5) * step - 0.5
      let first = Int(centre.rounded(.down)) - 1
      for tap in first..<(first + 4) {
        let input = min(max(tap, 0), inputs - 1)
        elements[output * inputs + input] += cubic(abs(centre - Double(tap)))
      }
    }
    return Tensor(elements, shape: [outputs, inputs])
  }

  private static func cubic(_ x: Double) -> Double {
    let a = -0.75
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

extension VisionTransformer {
  /// Parts of names in the published files, and in this network.
  private static let names = [
    ("cls_token", "classToken"), ("pos_embed", "positions"),
    ("patch_embed.proj.weight", "patches.convolution.weight"), ("patch_embed.proj.bias", "patches.bias"),
    (".norm1.", ".attentionNormalization."), (".norm2.", ".hiddenNormalization."),
    (".attn.qkv.", ".attention.input."), (".attn.proj.", ".attention.output."),
    (".ls1.gamma", ".attentionScale"), (".ls2.gamma", ".hiddenScale"),
    (".mlp.fc1.", ".expansion."), (".mlp.fc2.", ".contraction."),
  ]

  /// The name in this network of a tensor of the published files; `nil` for the token that only training uses.
  public static func name(ofPublished name: String) -> String? {
    if name == "mask_token" { return nil }
    let renamed = names.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    guard renamed.hasPrefix("norm.") else { return renamed }
    return "normalization." + renamed.dropFirst("norm.".count)
  }

  /// The name in the published files of a tensor of this network.
  public static func publishedName(of name: String) -> String {
    let renamed = names.reduce(name) { $0.replacingOccurrences(of: $1.1, with: $1.0) }
    guard renamed.hasPrefix("normalization.") else { return renamed }
    return "norm." + renamed.dropFirst("normalization.".count)
  }
}

/// Attention, then two linear layers with GELU between them; each normalises first and scales what it adds.
private final class VisionTransformerBlock: Module {
  let attentionNormalization: FineLayerNormalization
  let attention: MultiHeadAttention
  @Parameter var attentionScale: Tensor
  let hiddenNormalization: FineLayerNormalization
  let expansion: Linear
  let contraction: Linear
  @Parameter var hiddenScale: Tensor

  init(_ size: VisionTransformer.Size, using generator: Generator) {
    attentionNormalization = FineLayerNormalization(size.width)
    attention = MultiHeadAttention(width: size.width, headCount: size.headCount, using: generator)
    attentionScale = .ones([size.width])
    hiddenNormalization = FineLayerNormalization(size.width)
    expansion = Linear(size.width, 4 * size.width, using: generator)
    contraction = Linear(4 * size.width, size.width, using: generator)
    hiddenScale = .ones([size.width])
  }

  func callAsFunction(_ tokens: Tensor) -> Tensor {
    let mixed = tokens + attention(attentionNormalization(tokens)) * attentionScale
    return mixed + contraction(expansion(hiddenNormalization(mixed)).gelu()) * hiddenScale
  }
}

/// Layer normalisation with ε = 1e-6.
private final class FineLayerNormalization: Module {
  @Parameter var weight: Tensor
  @Parameter var bias: Tensor

  init(_ featureCount: Int) {
    weight = .ones([featureCount])
    bias = .zeros([featureCount])
  }

  func callAsFunction(_ input: Tensor) -> Tensor {
    input.layerNormalized(weight: weight, bias: bias, epsilon: 1e-6)
  }
}
