import Metrics
import MoCAProtocols

/// Density and coverage.
public struct DensityCoverageMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "density-coverage"
  public static let summary = "density and coverage, k = 5"
  public static let reference = Citation(
    "Naeem et al., Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020",
    url: "https://arxiv.org/abs/2002.09797")
  public static let about = """
    How many balls of the reference hold a sample, and how many hold any. Choose it in the place of precision and recall \
    where the reference has outliers. Density may exceed 1; coverage is near 1 − 2⁻ᵏ for equal laws.
    """
  public static let formula = "reference balls that hold an image / k;  share of balls that hold an image"

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    let scores = try images.manifold()
    let count = min(images.images.count, images.reference.count)
    let values = [
      ("density", scores.density, "balls per image over k"), ("coverage", scores.coverage, "share of balls"),
    ]
    return values.map { name, value, unit in
      Score(
        value, .higher, unit: unit,
        card: images.card(
          images.names.name(name), "k=\(scores.densityNeighbours), \(count) of either set", isDrawn: false,
          referenceCount: count))
    }
  }
}
