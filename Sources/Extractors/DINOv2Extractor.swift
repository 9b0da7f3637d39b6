import MoCAProtocols

/// What the extractors with DINOv2's networks have in common (Oquab et al., "DINOv2: Learning Robust Visual
/// Features without Supervision", TMLR 2024), used as in Stein et al., "Exposing flaws of generative model
/// evaluation metrics and their unfair treatment of diffusion models", NeurIPS 2023: images at 224 × 224 by
/// Pillow's bicubic filter on 8 bits, ImageNet's mean and deviation, the normalised class token.
public protocol DINOv2Extractor: ExtractorPlugin where Configuration == DINOv2Configuration {
  /// How large the network is.
  static var size: VisionTransformer.Size { get }
  var network: VisionTransformer { get }
  var configuration: DINOv2Configuration { get }
}

/// The settings of ``DINOv2Base`` and ``DINOv2Large``.
public struct DINOv2Configuration: PluginConfiguration {
  /// The precisions that the network can run in.
  public enum Precision: String, SettingValue, CaseIterable {
    case float32
    /// Matrix products in 16 bits.
    case bfloat16
  }

  @Setting(
    "precision of the network; bfloat16 is faster and not quite the same",
    source: "dgm-eval, the code of Stein et al. (NeurIPS 2023)")
  public var precision = Precision.float32

  public init() {}
}

extension DINOv2Extractor {
  public static var reference: Citation {
    Citation(
      "Stein et al., Exposing flaws of generative model evaluation metrics and their unfair treatment of diffusion "
        + "models, NeurIPS 2023; network: Oquab et al., DINOv2, TMLR 2024",
      url: "https://arxiv.org/abs/2306.04675")
  }
  public static var formula: String {
    "image → 224 × 224 → 16 × 16 patches and a class token → vision transformer "
      + "→ class token: \(size.width) features"
  }
  public var requiredShape: ImageShape? { nil }
  public var featureCount: Int { Self.size.width }
  public var resize: String { "Pillow's bicubic to 224×224 on 8 bits, ImageNet's mean and deviation" }

  public func features(of images: Tensor) -> ImageFeatures {
    let shape = images.shape
    guard shape.count == 4, shape[1] == 1 || shape[1] == 3 else {
      fatalError("images \(shape) where [batch, 1 or 3 channels, height, width] is needed")
    }
    let size = images.device == .cpu ? 8 : 128
    let dtype: DType = configuration.precision == .bfloat16 ? .bfloat16 : .float32
    return withoutGradients {
      let parts = images.blocks(ofRows: size).map { part in
        let prepared = DINOv2Preparation.prepared(part)
        return withAutocast(to: dtype, on: images.device) { network(prepared) }.to(dtype: .float32)
      }
      return ImageFeatures(features: .concatenated(parts))
    }
  }

  /// A network with the tensors of a published file.
  fileprivate static func network(from file: WeightFile) throws -> VisionTransformer {
    let network = VisionTransformer(size)
    network.freeze()
    try file.restore(
      network, as: name, renaming: VisionTransformer.name(ofPublished:),
      original: VisionTransformer.publishedName(of:))
    return network
  }

  fileprivate static func published(_ letter: String) -> WeightSource {
    .published(
      PublishedWeights(
        fileName: "dinov2_vit\(letter)14_pretrain.pth",
        address:
          "https://dl.fbaipublicfiles.com/dinov2/dinov2_vit\(letter)14/dinov2_vit\(letter)14_pretrain.pth",
        digestPrefix: nil))
  }
}

/// How images reach DINOv2's networks.
public enum DINOv2Preparation {
  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  /// `[batch, 1 or 3, h, w]` of 8-bit values → `[batch, 3, 224, 224]`, normalised; grey is repeated.
  public static func prepared(_ images: Tensor) -> Tensor {
    let side = VisionTransformer.imageSide
    let resized = ImageResampling(.bicubic, on: .bytes)(images, height: side, width: side) / 255
    let (mean, deviation) = (channels(mean, like: images), channels(deviation, like: images))
    return (resized - mean) / deviation  // grey broadcasts to three channels
  }

  private static func channels(_ values: [Float], like images: Tensor) -> Tensor {
    Tensor(values, shape: [1, 3, 1, 1]).to(on: images.device)
  }
}

/// DINOv2's ViT-B/14.
public final class DINOv2Base: DINOv2Extractor {
  public static let name = "dinov2-b"
  public static let summary =
    "DINOv2's ViT-B/14: closer to human judgement than Inception, a quarter of the large one's cost"
  public static let about = """
    A vision transformer trained on 142 million images without labels. Distances in its features follow \
    human judgement of images better than Inception's. Choose this size to follow a training, and dinov2-l \
    for final numbers; distances of the two sizes cannot be compared. Known limits: like every network \
    trained on photographs it says little about digits or drawings, and on a CPU an image takes several \
    times as long as in Inception.
    """
  public static let featureNames = FeatureNames(network: "DINOv2-B")
  public static let weights = published("b")
  public static let size = VisionTransformer.Size.base
  public let configuration: DINOv2Configuration
  public let network: VisionTransformer

  public init(_ configuration: DINOv2Configuration, weights file: WeightFile) throws {
    self.configuration = configuration
    network = try Self.network(from: file)
  }
}

/// DINOv2's ViT-L/14, the network of FD-DINOv2 as Stein et al. define it.
public final class DINOv2Large: DINOv2Extractor {
  public static let name = "dinov2-l"
  public static let summary = "DINOv2's ViT-L/14: the network of FD-DINOv2 as published"
  public static let about = """
    The large one of two vision transformers trained on 142 million images without labels. Stein et al. \
    (2023) compared 17 networks against human judgement of 41 generative models and recommend this one in \
    the place of Inception. Choose it for final numbers where the time is there: an image takes four times \
    as long as with dinov2-b. Known limits: it says little about digits or drawings; with N images the \
    distance is biased as FID is, so quote N.
    """
  public static let featureNames = FeatureNames(network: "DINOv2-L")
  public static let weights = published("l")
  public static let size = VisionTransformer.Size.large
  public let configuration: DINOv2Configuration
  public let network: VisionTransformer

  public init(_ configuration: DINOv2Configuration, weights file: WeightFile) throws {
    self.configuration = configuration
    network = try Self.network(from: file)
  }
}
