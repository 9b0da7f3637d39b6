import Metrics
import MoCAProtocols

/// The Fréchet distance extrapolated to infinitely many images: `FID∞`.
public struct FrechetInfinityMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "frechet-infinity"
  public static let summary = "the same extrapolated to infinitely many images"
  public static let reference = Citation(
    "Chong and Forsyth, Effectively Unbiased FID and Inception Score and Where to Find Them, CVPR 2020",
    url: "https://arxiv.org/abs/1911.07023")
  public static let about = """
    The intercept of a line through the Fréchet distances of subsets over 1/N. Choose it to compare models at few images, \
    where the distance itself says as much about their number. The reference's own bias stays.
    """
  public static let formula = "a of a + b/N through 15 sizes N"
  public static let aliases = [MetricAlias.name("fid-infinity", extractor: "inception")]

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    let name = images.names.frechet + "∞"
    let result = try extrapolatedFrechetDistance(
      of: images.images.features, reference: images.referenceMoments, using: images.generator("subsets")
    ) { images.progress(Int($0 * 100), 100, name) }
    let sizes = "\(result.points.count) sizes from \(result.points[0].count) to \(images.images.count)"
    return [
      Score(
        result.value, .lower, unit: FrechetMetric.unit,
        details: ["slope": result.slope, "determination": result.determination],
        card: images.card(name, "\(sizes), line in 1/N", isDrawn: true))
    ]
  }
}
