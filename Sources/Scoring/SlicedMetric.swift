import Metrics
import MoCAProtocols

/// The sliced Wasserstein distance of features: `MIND`.
public struct SlicedMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "sliced"
  public static let summary = "sliced Wasserstein distance of features: MIND"
  public static let reference = Citation(
    "Berthet et al., MIND: Monge Inception Distance for Generative Models Evaluation, arXiv 2605.06797")
  public static let about = """
    Sorted projections of both sets are compared, so that more than two moments are seen. Choose it at few images: it \
    needs no more images than features have dimensions. It falls like 1/N: compare at equal numbers.
    """
  public static let formula = "3 d · mean over 1,000 directions u of W₂²(u·x, u·y)"

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    let (generated, reference) = images.ofEqualCounts()
    let value = try slicedFeatureDistance(
      generated.features, reference.features, using: images.generator("directions"))
    return [
      Score(
        value, .lower, unit: FrechetMetric.unit,
        card: images.card(
          images.names.name("MIND"), "1000 directions, \(generated.count) of either set", isDrawn: true,
          referenceCount: generated.count))
    ]
  }
}
