import Comparison
import Evaluation
import Foundation
import Metrics
import MoCAProtocols

/// Scores of codes beside their null bands, as `moca evaluate` wrote them.
struct LatentMatchCharts {
  let groups: [ReportGroup]

  /// One panel for each measure that some run has.
  var charts: [ReportContent.NullChart] {
    let scores = groups.map { group in group.runs.filter(\.isUnedited).map { Self.scores(of: $0) } }
    let all = scores.flatMap { $0.flatMap { $0 } }
    let names = all.map(\.card.score).uniqued()
    return names.map { name in
      let found = scores.map { runs in runs.compactMap { $0.first { $0.card.score == name } } }
      let rows = zip(groups, found).compactMap(Self.row)
      return ReportContent.NullChart(
        title: name, caption: Self.caption(all.filter { $0.card.score == name }),
        axis: .init(name, isLogarithmic: Self.isWide(rows)), rows: rows)
    }
  }

  /// The latest scores that have null values, each once.
  private static func scores(of run: ComparedRun) -> [Score] {
    let all = run.evaluations.reversed().flatMap(\.subjects).flatMap(\.scores).filter {
      $0.value != nil && $0.null?.median != nil && $0.null?.probability != nil
    }
    return all.uniqued(on: \.card.score)
  }

  private static func row(_ group: ReportGroup, _ scores: [Score]) -> ReportContent.NullChart.Row? {
    if scores.isEmpty { return nil }
    // Each seed has null values of its own: the band holds them all, and each value is judged by its own.
    let nulls = scores.compactMap(\.null)
    let medians = nulls.compactMap(\.median).sorted()
    return .init(
      group.label, group: group.label, values: scores.compactMap(\.value),
      nullMedian: medians.isEmpty ? nil : medians[medians.count / 2],
      nullLower: nulls.compactMap(\.lower).min(), nullUpper: nulls.compactMap(\.upper).max(),
      probabilities: nulls.compactMap(\.probability))
  }

  private static func caption(_ scores: [Score]) -> String {
    guard let score = scores.first else { return "" }
    let counts = Set(scores.map(\.card.count)).sorted().map(String.init).joined(separator: " or ")
    let settings = scores.compactMap(\.card.parameters).uniqued().joined(
      separator: ", elsewhere ")
    let side =
      score.null?.lower == nil
      ? "The band reaches up to the 95 % quantile of the null values, the largest of the seeds'."
      : "The band holds 95 % of the null values of each seed."
    return
      "\(counts) codes; \(settings). \(side) A full mark is a value with p ≤ 0.05 under "
      + "its own null, an open mark one that draws of the prior would give as well. A row's p is coloured where all "
      + "its marks are full."
  }

  /// Whether values differ so much that small ones would be lost on a linear axis.
  private static func isWide(_ rows: [ReportContent.NullChart.Row]) -> Bool {
    let values = rows.flatMap { $0.values + [$0.nullMedian, $0.nullUpper].compactMap { $0 } }
    guard let least = values.min(), let greatest = values.max(), least > 0 else { return false }
    return greatest / least > 30
  }
}
