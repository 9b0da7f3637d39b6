import Extractors
import MoCAProtocols

/// A small convolutional network with random weights (after Naeem et al., "Reliable Fidelity and Diversity Metrics for
/// Generative Models", ICML 2020, who take a larger one where images are far from photographs).
///
/// Three 3×3 convolutions of stride 2 with weights uniform on ±√(6 / inputs of a unit) and ReLU; features are the means
/// over pixels behind the last, 64 of them. Size and depth are ours.
public final class RandomConvolutions: ComputedExtractor {
  public static let name = "random-convolutions"
  public static let summary = "a small network with random weights: no download, no bias towards photographs"
  public static let about = """
    Features of a network that was never trained: they see colours, edges and coarse shapes of any kind of image, and \
    know nothing of objects. Choose it for a quick distance on images that no trained network was made for. Its \
    FD-random is no FID and compares only between equal settings.
    """
  public static let formula =
    "image → [convolution 3×3 of stride 2 → ReLU] × 3 → mean over pixels: 64 features"
  public static let reference = Citation(
    "Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020",
    url: "https://arxiv.org/abs/2002.09797")
  public static let featureNames = FeatureNames(network: "random")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting("decides the weights", .atLeast(0), source: "ours") public var seed = 0

    public init() {}
  }

  public let requiredShape: ImageShape? = nil
  public let featureCount = 64
  public let resize = "none"
  private let layers: [Convolution]

  public init(_ configuration: Configuration) throws {
    let generator = Generator(seed: UInt64(configuration.seed))
    layers = [(3, 16), (16, 32), (32, 64)].map { inputs, outputs in
      Convolution(
        ConvolutionShape(inputs: inputs, outputs: outputs, kernel: 3, stride: 2, padding: 1), using: generator
      )
    }
    freeze()
  }

  public func features(of images: Tensor) -> ImageFeatures {
    withoutGradients {
      let shape = [images.shape[0], 3, images.shape[2], images.shape[3]]
      let colours = (images.to(dtype: .float32) / 255 - 0.5).expanded(to: shape)  // grey is repeated
      // The layer draws on ±1/√inputs; with the factor a layer keeps the size of what comes in.
      let maps = layers.reduce(colours.channelsLast()) { ($1($0) * 6.0.squareRoot()).relu() }
      return ImageFeatures(features: maps.mean(along: 2, 3))
    }
  }
}
