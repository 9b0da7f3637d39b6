import Metrics
import MoCAProtocols

/// Whether the prior puts draws where no codes are.
public struct PriorHolesMetric: CodeMetric {
  public typealias Configuration = NoSettings

  public static let name = "prior-holes"
  public static let summary = "draws of the prior, decoded and encoded again"
  public static let reference = Citation.project
  public static let about = """
    Draws of the prior, decoded and encoded again, drift from where they began; held-out codes on the same way say how \
    much drift is the networks' own. Near 1 the ratio finds no holes. A small drift is no proof of good images.
    """
  public static let formula = "median |z − z′| of draws over that of held-out codes"

  /// Draws of the prior that are sent round.
  private static let drawCount = 2_000

  public init(_ configuration: NoSettings) {}

  public static func heldOutNeeded(latentSize: Int) -> Int { 1 }

  public func scores(of codes: ScoredCodes) throws -> SubjectScores {
    let holes = try PriorHoles(
      prior: codes.prior, decode: codes.decode, encode: codes.encode, count: Self.drawCount,
      heldOutCodes: codes.heldOut(), using: codes.generator("holes"))
    let counts = "\(holes.draws.count) draws, \(holes.codes.count) held-out codes"
    let drift = codes.prior.geometry == .sphere ? "radians" : "distance of codes"
    func card(_ score: String, _ parameters: String) -> MetricCard {
      codes.card(score, subject: "draws of the prior", count: holes.draws.count, parameters)
    }
    return SubjectScores(
      "the prior, decoded and encoded again", .decodedDraws, count: holes.draws.count,
      scores: [
        Score(
          holes.draws.median, .none, unit: drift, card: card("drift of draws", "median; \(counts)")),
        Score(
          holes.codes.median, .none, unit: drift, card: card("drift of codes", "median; \(counts)")),
        Score(
          holes.ratio, .nearer(to: 1), unit: "ratio",
          card: card("drift ratio", "of the medians; near 1 without holes")),
        Score(
          holes.excess, .lower, unit: "share of draws",
          null: NullComparison(
            median: holes.nullMedian, upper: holes.nullUpper, probability: holes.probability),
          card: card(
            "share in holes",
            "draws that drift more than 95 % of held-out codes; \(PriorHoles.nullCount) shuffles; \(counts)")),
      ])
  }
}
