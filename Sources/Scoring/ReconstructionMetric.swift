import Metrics
import MoCAProtocols

/// How much encoder and decoder lose of held-out images: `squared error`, and the Fréchet distance `rFID`, `rFD-…`.
public struct ReconstructionMetric: ImageMetric, FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "reconstruction"
  public static let summary = "squared error and Fréchet distance of reconstructions: rfid"
  public static let reference = FrechetMetric.reference
  public static let about = """
    The squared error is summed over an image in [0, 1] and averaged over images: the unit in which λ is stated. The \
    Fréchet distance is taken against the same reference as that of samples, so that the columns compare.
    """
  public static let formula = "mean |x − x̂|²;  Fréchet distance of the features of x̂"
  public static let aliases = [MetricAlias.name("rfid", extractor: "inception")]
  public static let roles: Set<SubjectRole> = [.reconstructions]

  public init(_ configuration: NoSettings) {}

  public static func heldOutNeeded(latentSize: Int) -> Int { 1 }

  public func scores(of images: ScoredImages) throws -> [Score] {
    guard let originals = images.originals else { return [] }
    let error = images.mean(batch: 500) { range in
      let difference = images[range].to(dtype: .float32) - originals[range].to(dtype: .float32)
      return (difference / 255).squared().sum().item
    }
    var card = images.card(
      "squared error", "sum over an image in [0, 1], mean over images", arithmetic: "float32")
    (card.reference, card.referenceDigest, card.referenceCount) =
      (originals.name, originals.digest, images.count)
    return [
      Score(error, .lower, unit: "sum over an image in [0, 1]", kind: .reconstructionError, card: card)
    ]
  }

  public func scores(of images: FeatureComparison) throws -> [Score] {
    [try FrechetMetric.score(of: images, called: "r" + images.names.frechet)]
  }
}
