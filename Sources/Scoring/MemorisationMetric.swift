import Metrics
import MoCAProtocols

/// Whether samples are copies of training images.
public struct MemorisationMetric: CopyingMetric {
  public typealias Configuration = NoSettings

  public static let name = "memorisation"
  public static let summary = "whether samples lie nearer to training images than unseen images do"
  public static let reference = Citation(
    "Alaa et al., How Faithful Is Your Synthetic Data?, ICML 2022; Meehan, Chaudhuri and Dasgupta, AISTATS 2020",
    url: "https://arxiv.org/abs/2102.08921")
  public static let about = """
    Samples and held-out images by their distance from the nearest training image: the authentic share (about one half \
    of a model that draws from the law of the data, 0 of copies), C_T over one cell (about standard normal, far below 0 for \
    copies), and the share nearer than the nearest held-out image. Look at the picture too.
    """
  public static let formula =
    "share with |t − t′| < |x − t|;  Mann-Whitney z of |x − t| against held-out images"

  public init(_ configuration: NoSettings) {}

  public static func heldOutNeeded(latentSize: Int) -> Int { 1 }

  public func scores(of samples: CopyingComparison) throws -> (scores: [Score], matches: CopyingMatches) {
    let result = try Memorization(
      generated: samples.samples.features, training: samples.training.features,
      heldOut: samples.heldOut?.features, progress: samples.progress)
    func score(_ name: String, _ value: Double, _ order: ScoreOrder, _ unit: String) -> Score {
      let parameters = "nearest neighbours; \(samples.heldOutDescription)"
      return Score(value, order, unit: unit, card: samples.card(name, parameters))
    }
    let share = "share of samples"
    let others = [
      result.copyingScore.map { score("copying C_T", $0, .nearer(to: 0), "standard deviations") },
      // Its value at a perfect match depends on how many images are drawn and held out: small values come from images
      // off the data, large ones from copies, and no number between them is the best.
      result.closerThanHeldOutShare.map { score("closer than held-out", $0, .none, share) },
    ]
    let scores =
      [score("authentic", result.authenticShare, .nearer(to: 0.5), share)] + others.compactMap(\.self)
    let matches = result.closest(result.matches.count).map { (sample: $0.generated, training: $0.training) }
    return (scores, matches)
  }
}
