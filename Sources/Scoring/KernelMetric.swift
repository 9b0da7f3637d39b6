import Metrics
import MoCAProtocols

/// The kernel distance of features: `KID`, `KD-…`.
public struct KernelMetric: FeatureMetric {
  public typealias Configuration = NoSettings

  public static let name = "kernel"
  public static let summary = "kernel distance of features, with its standard error: kid"
  public static let reference = Citation(
    "Bińkowski et al., Demystifying MMD GANs, ICLR 2018", url: "https://arxiv.org/abs/1801.01401")
  public static let about = """
    The squared maximum mean discrepancy with a cubic kernel, over subsets. Choose it where images are few: it is unbiased \
    at every number of images, and of a perfect model often slightly negative.
    """
  public static let formula = "MMD² with k(x, y) = (x·y/d + 1)³, unbiased, mean over 100 subsets of 1,000"
  public static let aliases = [MetricAlias.name("kid", extractor: "inception")]

  public init(_ configuration: NoSettings) {}

  public func scores(of images: FeatureComparison) throws -> [Score] {
    let smaller = min(images.images.count, images.reference.count)
    let needed = images.allowsFew ? 4 : 1000
    if smaller < needed {
      throw MetricError.tooFew(
        what: "images of either set", found: smaller, needed: needed, score: images.names.kernel)
    }
    // Subsets that are most of the set are alike and say nothing of chance.
    let size = smaller < 1000 ? smaller / 2 : 1000
    let isWhole = size > smaller / 2
    let result = try kernelDistance(
      images.images.features, images.reference.features, subsetSize: size,
      using: images.generator("subsets"))
    return [
      Score(
        result.value, .lower, unit: "squared kernel distance", error: isWhole ? nil : result.standardError,
        errorKind: isWhole ? nil : "standard error over subsets",
        details: isWhole ? [:] : ["standardDeviation": result.standardDeviation],
        card: images.card(
          images.names.kernel, "\(result.subsetCount) subsets of \(size), (x·y/d + 1)³, unbiased",
          isDrawn: true))
    ]
  }
}
