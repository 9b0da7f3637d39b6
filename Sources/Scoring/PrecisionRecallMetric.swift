import Metrics
import MoCAProtocols

/// Improved precision and recall.
public struct PrecisionRecallMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "precision-recall"
  public static let summary = "improved precision and recall, k = 3"
  public static let reference = Citation(
    "Kynkäänniemi et al., Improved Precision and Recall Metric for Assessing Generative Models, NeurIPS 2019",
    url: "https://arxiv.org/abs/1904.06991")
  public static let about = """
    The share of samples that look like the reference, and of the reference that samples reach, by balls to the third \
    neighbour. Choose it to tell poor images from missing kinds of images. Outliers inflate precision.
    """
  public static let formula =
    "share of images inside some ball of the other set, radius to the k-th neighbour"

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    let scores = try images.manifold()
    let count = min(images.images.count, images.reference.count)
    return [("precision", scores.precision), ("recall", scores.recall)].map { name, value in
      Score(
        value, .higher, unit: "share of images",
        card: images.card(
          images.names.name(name), "k=\(scores.precisionNeighbours), \(count) of either set", isDrawn: false,
          referenceCount: count))
    }
  }
}
