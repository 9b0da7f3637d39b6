import Metrics
import MoCAProtocols

/// Held-out codes against the prior, by measures with very different eyes, each with a p-value.
public struct LatentMetric: CodeMetric {
  public typealias Configuration = NoSettings

  public static let name = "latent"
  public static let summary = "held-out codes against the prior, each with a p-value"
  public static let reference = Citation.project
  public static let about = """
    Each measure stands beside the same measure of as many draws of the prior, so that its probability is exact at every \
    number of codes. One in a hundred perfect matches is refused by each measure at 1 %.
    """

  public init(_ configuration: NoSettings) {}

  public static func heldOutNeeded(latentSize: Int) -> Int {
    LatentEvaluation.neededCount(latentSize: latentSize)
  }

  public func scores(of codes: ScoredCodes) throws -> SubjectScores {
    let match = try LatentEvaluation(
      of: codes.heldOut(), against: codes.prior, using: codes.generator("latent")
    ) {
      codes.progress($0, $1, "held-out codes against the prior")
    }
    let scores = match.scores.map { score in
      Score(
        score.value, score.order, unit: score.unit, kind: score.kind, null: score.null,
        card: codes.card(
          score.name, count: score.codeCount, "\(score.nullCount) null values; \(score.unit)"))
    }
    return SubjectScores("codes against the prior", .codes, count: match.codeCount, scores: scores)
  }
}
