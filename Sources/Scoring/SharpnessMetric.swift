import Metrics
import MoCAProtocols

/// How sharp images are.
public struct SharpnessMetric: ImageMetric {
  public typealias Configuration = NoSettings

  public static let name = "sharpness"
  public static let summary = "variance of the Laplacian"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")
  public static let about = """
    Read it beside the value of the reference images: below it images are blurred, above it they are noisy.
    """
  public static let formula = "variance over pixels of the Laplacian of the luma in [0, 1], mean over images"

  public init(_ configuration: NoSettings) {}

  public func scores(of images: ScoredImages) throws -> [Score] {
    let value = try images.mean(batch: 1000) { try sharpness(images[$0]) * Double($0.count) }
    var card = images.card(
      "sharpness", "variance of the Laplacian of the luma in [0, 1]", arithmetic: "float64")
    if card.sampler == nil { card.seed = nil }
    return [Score(value, .none, unit: "squared luma", card: card)]
  }
}
