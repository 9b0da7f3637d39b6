import Metrics
import MoCAProtocols

/// The Fréchet distance of features: `FID`, `FD-…`.
public struct FrechetMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "frechet"
  public static let summary = "Fréchet distance of features: fid, fd-dinov2-b, fd-cifar, …"
  public static let reference = Citation(
    "Heusel et al., GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium, NeurIPS 2017",
    url: "https://arxiv.org/abs/1706.08500")
  public static let about = """
    The distance between two normal laws with the means and covariances of both sets of features. Choose it for numbers \
    that others quote. It falls with the number of images, differently for each model: compare at equal numbers.
    """
  public static let formula = "|μ₁ − μ₂|² + Tr(C₁ + C₂ − 2 (C₁C₂)^½)"
  public static let aliases = [MetricAlias.name("fid", extractor: "inception"), .prefix("fd-")]

  public init(_ configuration: NoSettings) {}

  public static func samplesNeeded(featureCount: Int) -> Int? { featureCount + 1 }

  public func scores(of images: FeatureComparison) throws -> [Score] {
    [try Self.score(of: images, called: images.names.frechet)]
  }

  /// The unit of squared distances between features.
  static let unit = "squared features"

  static func score(of images: FeatureComparison, called name: String) throws -> Score {
    let value = try frechetDistance(
      FeatureMoments(images.images.features), images.referenceMoments, allowsFew: images.allowsFew)
    return Score(
      value, .lower, unit: unit, kind: .imageDistance, card: images.card(name, isDrawn: false))
  }
}
