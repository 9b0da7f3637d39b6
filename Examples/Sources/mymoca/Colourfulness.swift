import Metrics
import MoCAProtocols
import Scoring

/// How colourful images are (Hasler and Süsstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003).
///
/// With rg = R − G and yb = ½ (R + G) − B of each pixel in 0 … 255: √(σ²rg + σ²yb) + 0.3 √(μ²rg + μ²yb) over the pixels
/// of an image, and the mean over images. 0 for grey images.
public struct Colourfulness: ImageMetric {
  public typealias Configuration = NoSettings

  public static let name = "colourfulness"
  public static let summary = "spread and size of the colours of images"
  public static let about = """
    Decoders that average over what they do not know make colours pale. Read it beside the value of the reference images: \
    it is no distance, and as much as the images have is right.
    """
  public static let formula = "√(σ²rg + σ²yb) + 0.3 √(μ²rg + μ²yb),  rg = R − G,  yb = ½ (R + G) − B"
  public static let reference = Citation(
    "Hasler and Süsstrunk, Measuring colourfulness in natural images, SPIE 5007, 2003",
    url: "https://doi.org/10.1117/12.477378")

  public init(_ configuration: NoSettings) {}

  public func scores(of images: ScoredImages) throws -> [Score] {
    let value = try images.mean(batch: 500) { try sum(over: images[$0]) }
    var card = images.card(Self.name, "mean over images, values in 0 … 255", arithmetic: "float64")
    if card.sampler == nil { card.seed = nil }
    return [Score(value, .none, unit: "grey levels", card: card)]
  }

  /// The sum over `[count, 3, height, width]` of 8-bit values.
  private func sum(over images: Tensor) throws -> Double {
    if images.shape[1] != 3 {
      throw MetricError.notApplicable(score: Self.name, reason: "the images are grey")
    }
    let values = images.to(dtype: .float64).flattened(from: 2)  // [count, 3, pixels]
    let (red, green, blue) =
      (values.selected(along: 1, at: 0), values.selected(along: 1, at: 1), values.selected(along: 1, at: 2))
    let opponents = Tensor.stacked([red - green, (red + green) * 0.5 - blue], along: 1)  // [count, 2, pixels]
    let means = opponents.mean(along: 2, keepsDimensions: true)
    let variances = (opponents - means).squared().mean(along: 2)
    let lengths = means.squared().sum(along: 1, 2).squareRoot()
    return (variances.sum(along: 1).squareRoot() + 0.3 * lengths).sum().item
  }
}
