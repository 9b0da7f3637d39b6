import MoCAProtocols

/// The Inception network of December 2015 whose features the Fréchet Inception distance is defined in (Heusel et al.,
/// "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium", NeurIPS 2017).
///
/// Features are the means over pixels of the last block (`pool3`, 2048 values). Logits leave the classifier's bias
/// out, as the Inception score of the original code and of torch-fidelity 0.4.0 (`logits_unbiased`) does. Equal to
/// pytorch-fid 0.3.0 and torch-fidelity 0.4.0 to 1e-4 relative with the same weights.
public final class InceptionExtractor: ExtractorPlugin {
  public static let name = "inception"
  public static let summary = "Inception v3 of 2015, the network of FID, KID and the Inception score"
  public static let reference = Citation(
    "Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, NeurIPS 2017",
    url: "https://arxiv.org/abs/1706.08500")
  public static let about = """
    A classifier of ImageNet photographs, frozen in December 2015. Nearly every published FID is measured in its \
    features, so choose it for numbers that others are to compare with. The resize is part of the protocol: \
    legacy-tensorflow is the graph's own, legacy-pytorch is pytorch-fid's, clean is clean-fid's. Known limits: it sees \
    what distinguishes ImageNet's classes; it follows human judgement less well than newer networks; on digits and \
    other images far from photographs its distances mean little.
    """
  public static let formula = "image → 299 × 299 → Inception v3 → mean over 8 × 8 pixels: 2048 features"
  public static let featureNames = FeatureNames(
    frechet: "FID", kernel: "KID", suffix: nil, classes: "Inception score")
  public static let weights = WeightSource.published(
    PublishedWeights(
      fileName: "pt_inception-2015-12-05-6726825d.pth",
      address: "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
        + "pt_inception-2015-12-05-6726825d.pth",
      digestPrefix: "6726825d"))

  /// The precisions that the network can run in.
  public enum Precision: String, SettingValue, CaseIterable {
    case float32
    /// Weights and activations in 16 bits; resizing and the mean over pixels stay in `float32`.
    case bfloat16
  }

  public struct Configuration: PluginConfiguration {
    @Setting("how images reach 299 × 299 pixels", source: "the 2015 graph, with which the FID was defined")
    public var resize = InceptionResize.legacyTensorFlow
    @Setting(
      "precision of the network; bfloat16 is faster and not quite the same", source: "pytorch-fid 0.3.0")
    public var precision = Precision.float32

    public init() {}
  }

  public var requiredShape: ImageShape? { nil }
  public var featureCount: Int { InceptionNetwork.featureCount }
  public var resize: String { configuration.resize.description }
  private let configuration: Configuration
  private let network: InceptionNetwork

  public init(_ configuration: Configuration, weights file: WeightFile) throws {
    self.configuration = configuration
    network = InceptionNetwork(
      try InceptionWeights(file), precision: configuration.precision == .bfloat16 ? .bfloat16 : .float32)
  }

  public func features(of images: Tensor) -> ImageFeatures {
    let shape = images.shape
    guard shape.count == 4, shape[1] == 1 || shape[1] == 3 else {
      fatalError("images \(shape) where [batch, 1 or 3 channels, height, width] is needed")
    }
    return withoutGradients {
      let size = images.device == .cpu ? Self.batchOnHost : Self.batchOnDevice
      let features = Tensor.concatenated(images.blocks(ofRows: size).map(pooled))
      return ImageFeatures(features: features, logits: network.logits(features))
    }
  }

  /// Images that go through the network at once. On a CPU more of them only leave its caches; on a GPU fewer do not
  /// fill it.
  private static let batchOnHost = 8
  private static let batchOnDevice = 128

  private func pooled(_ images: Tensor) -> Tensor {
    let prepared = configuration.resize.prepared(images)  // [batch, channels, 299, 299]
    let shape = [prepared.shape[0], 3, InceptionResize.side, InceptionResize.side]
    return network.pooled(prepared.expanded(to: shape))  // grey is repeated
  }
}
