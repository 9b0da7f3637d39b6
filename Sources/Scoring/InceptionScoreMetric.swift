import Metrics
import MoCAProtocols

/// The Inception score: how sure a classifier is of each image, and how many classes it sees.
public struct InceptionScoreMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "inception-score"
  public static let summary = "Inception score"
  public static let reference = Citation(
    "Salimans et al., Improved Techniques for Training GANs, NeurIPS 2016",
    url: "https://arxiv.org/abs/1606.03498")
  public static let about = """
    Between 1 and the number of classes. Choose it for comparison with old tables of photographs only: it never sees the \
    reference and means little for images of other classes than Inception's.
    """
  public static let formula = "exp(mean KL(p(y|x) ‖ p(y))), mean over 10 parts"
  public static let aliases = [MetricAlias.name(name, extractor: "inception")]
  public static let needsClasses = true

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    guard let name = images.names.classes, let logits = images.images.logits else {
      throw MetricError.notApplicable(
        score: "the Inception score",
        reason: "it is defined in the classes of Inception alone (--extractor inception)")
    }
    let result = try inceptionScore(logits, shuffledBy: images.generator("order"))
    var card = images.card(name, "\(result.partCount) parts, mean", isDrawn: true)
    (card.reference, card.referenceDigest, card.referenceCount) = (nil, nil, nil)
    return [
      Score(
        result.value, .higher, unit: "effective classes", error: result.standardDeviation,
        errorKind: "standard deviation over parts", card: card)
    ]
  }
}
