import Comparison
import Foundation
import Metrics

/// A comparison as tables, statements and fronts.
struct ComparisonTables {
  let comparison: Comparison

  private typealias Table = ReportContent.Table

  /// Adds everything that the comparison says.
  func add(to content: inout ReportContent) {
    let isSingle = comparison.groups.count == 1 && comparison.groups[0].members.count == 1
    if !comparison.columns.isEmpty {
      content.tables = isSingle ? [scoreList] : [scores] + [differences].compactMap { $0 }
    }
    content.summary = isSingle ? [] : [size] + comparison.columns.compactMap(verdict)
    content.pairings = pairings
    content.fronts = FrontCharts(comparison: comparison).charts
    // How runs ended stands in the rows and with the cells.
    let names = comparison.groups.flatMap(\.members).map { $0.run + ": " }
    content.notes += comparison.notes.filter { note in !names.contains { note.hasPrefix($0) } }
      .map { .init($0.hasSuffix(".") ? $0 : $0 + ".", in: .scores) }
  }

  /// How many runs there are, and what that allows to say.
  private var size: String {
    let groups = comparison.groups
    let counted = groups.map { $0.members.count(where: \.isCounted) }
    let runs = groups.map(\.members.count).reduce(0, +)
    let seeds = Set(groups.flatMap(\.members).filter(\.isCounted).map(\.seed)).count
    if seeds == 0 {
      return "\(runs) runs in \(groups.count) groups, none of which has scores that count yet."
    }
    let rest = runs - counted.reduce(0, +)
    let failed =
      rest == 0 ? "" : " \(rest) did not end with scores that count and \(rest == 1 ? "is" : "are") listed."
    return "\(runs) runs in \(groups.count) groups over \(seeds) seed\(seeds == 1 ? "" : "s")." + failed
      + (seeds < 2 ? " One seed gives no interval, so no difference can be told from chance." : "")
  }

  private func verdict(_ column: ComparisonColumn) -> String? {
    switch column.verdict.kind {
    case .unordered, .alone: nil
    case .oneSeed where comparison.groups.allSatisfy { $0.seedCount < 2 }: nil
    default: "\(column.name): \(comparison.verdict(of: column))."
    }
  }
}

extension ComparisonTables {
  /// Rows are groups, columns scores and costs.
  private var scores: Table {
    let rows = comparison.groups.indices.map { index in
      Table.Row(
        comparison.groups[index].label, group: comparison.groups[index].label,
        seeds: comparison.groups[index].seedCount,
        values: comparison.columns.map { value($0, index) }
          + Self.costs.map { .init(comparison.groups[index].cost[keyPath: $0.path].map($0.scaled)) },
        remark: Self.remark(comparison.groups[index]))
    }
    let hasFloor = comparison.columns.contains { $0.noiseFloor != nil }
    let floor = Table.Row(
      "held-out images",
      values: comparison.columns.map { .init($0.noiseFloor) } + Self.costs.map { _ in .init(nil) },
      remark: "what a perfect model would get")
    return Table(
      title: "Scores",
      caption:
        "Mean ± standard deviation over the seeds. ◆ stands at the best group where every other one is worse over "
        + "common seeds: interval wholly on the losing side, and p at most 5 % by Holm's rule over all pairs of "
        + "groups. Where there is no such group ◇ stands at the best one and at all that cannot be told from it.",
      rowTitle: comparison.keys.isEmpty ? "run" : comparison.keys.joined(separator: ", "),
      columns: comparison.columns.map(Self.column) + Self.costs.map(\.column),
      rows: rows + (hasFloor ? [floor] : []),
      footnotes: footnotes, cards: comparison.columns.map(Self.card))
  }

  /// Paired differences to the reference, where there are intervals.
  private var differences: Table? {
    let columns = comparison.columns.filter { column in column.entries.contains { $0.difference != nil } }
    if columns.isEmpty { return nil }
    let rows = comparison.groups.indices.map { index in
      Table.Row(
        comparison.groups[index].label, group: comparison.groups[index].label,
        values: columns.map { column in
          if column.reference == index { return .init(text: "reference") }
          guard let difference = column.entries[index].difference else { return .init(nil) }
          // Without a probability there is no spread to test against: the interval says nothing.
          guard let probability = difference.adjustedProbability else {
            return .init(difference.mean, remark: "cannot be tested")
          }
          return .init(
            difference.mean, lower: difference.interval.lower, upper: difference.interval.upper,
            remark: "p = " + NumberText.significant(probability, digits: 2))
        })
    }
    let methods = Set(columns.flatMap(\.entries).compactMap { $0.difference?.method.rawValue }).sorted()
    return Table(
      title: "Differences over common seeds",
      caption:
        "This group less the reference of the column, run by run of the same seed: mean, 95 % interval "
        + "(\(methods.joined(separator: ", "))), and p by Holm's rule. Intervals are those of single comparisons, "
        + "not adjusted; marks of table 1 need p at most 5 % too, so that an interval without zero alone tells nothing "
        + "apart."
        + (columns.contains { $0.order.isNearness }
          ? " In a column with → the differences are those of distances from the match, or from the value at the "
            + "arrow."
          : ""),
      rowTitle: comparison.keys.joined(separator: ", "), columns: columns.map(Self.column), rows: rows)
  }

  /// One run: its scores below one another.
  private var scoreList: Table {
    let number = { (value: Double?) in Table.Value(text: value.map { String(format: "%.4g", $0) } ?? "–") }
    return Table(
      title: "Scores", caption: "Of the last checkpoint that was scored.", rowTitle: "score",
      columns: [
        .init("value"), .init("held-out images", help: "What a perfect model would get."), .init("order"),
      ],
      rows: comparison.columns.map { column in
        Table.Row(
          column.name, group: comparison.groups[0].label,
          values: [
            number(column.entries[0].mean), number(column.noiseFloor), .init(text: column.order.words),
          ])
      }, cards: comparison.columns.map(Self.card))
  }

  private func value(_ column: ComparisonColumn, _ index: Int) -> Table.Value {
    let entry = column.entries[index]
    guard let mean = entry.mean else { return .init(text: "–") }
    let isListed = column.verdict.groups.contains(index)
    let mark: Table.Mark =
      switch column.verdict.kind {
      case .winner where isListed: .best
      case .notToldApart where isListed: .tied
      default: .none
      }
    let seeds = comparison.groups[index].seedCount
    let remark = entry.seedCount < seeds ? "\(entry.seedCount) of \(seeds) seeds" : nil
    return .init(mean, spread: entry.spread, remark: remark, mark: mark)
  }

  private static func column(_ column: ComparisonColumn) -> Table.Column {
    let direction: Table.Direction =
      switch column.order {
      case .lower: .lower
      case .higher: .higher
      default: .none
      }
    return .init(
      column.score, direction: direction,
      target: column.order.isNearness ? String(column.order.sign.dropFirst()) : nil, family: column.subject,
      help: "\(column.name): \(column.order.words); from the \(column.origin.rawValue).")
  }

  private static func card(_ column: ComparisonColumn) -> Table.Card {
    .init(column.name, facts: column.card.fields.filter { $0.value != "-" }.map { .init($0.name, $0.value) })
  }

  private static func remark(_ group: ComparisonGroup) -> String? {
    let failed = group.members.filter { !$0.isCounted || $0.state != "done" }
    let words = failed.map { member in
      "seed \(member.seed): \(member.state)\(member.reason.map { ", \($0)" } ?? "")"
    }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }

  private var footnotes: [String] {
    comparison.columns.compactMap { column in
      column.detectable.map { range in
        let (least, most) = (
          String(format: "%.3g", range.lowerBound), String(format: "%.3g", range.upperBound)
        )
        return "\(column.name): this design would find a true difference of "
          + (least == most ? least : "\(least) to \(most)")
          + " with probability 80 % at the strictest step of Holm's rule."
      }
    }
  }
}

extension ComparisonTables {
  /// A column of what runs took.
  private struct Cost: Sendable {
    let path: KeyPath<RunCost, Double?> & Sendable
    let column: ReportContent.Table.Column
    let scaled: @Sendable (Double) -> Double
  }

  private static let costs: [Cost] = [
    Cost(
      path: \.stepSeconds,
      column: .init("step", unit: "ms", family: "cost", help: "step: median time of a step."),
      scaled: { $0 * 1000 }),
    Cost(
      path: \.regularizerShare,
      column: .init(
        "regularizer", unit: "%", family: "cost",
        help: "regularizer: its share of a step's time, where it is logged."),
      scaled: { $0 * 100 }),
    Cost(
      path: \.peakMemory, column: .init("memory", unit: "GiB", family: "cost"), scaled: { $0 / 1_073_741_824 }
    ),
    Cost(path: \.trainingSeconds, column: .init("time", unit: "min", family: "cost"), scaled: { $0 / 60 }),
    Cost(path: \.parameters, column: .init("parameters", unit: "10⁶", family: "cost"), scaled: { $0 / 1e6 }),
  ]

  private var pairings: [ReportContent.Pairing] {
    comparison.pairing.seeds.flatMap { seed -> [ReportContent.Pairing] in
      let subjects = seed.equal.map(\.rawValue).joined(separator: ", ")
      let equal = ReportContent.Pairing(
        "Seed \(seed.seed): \(subjects) equal in \(seed.runs.count) runs", holds: true)
      let differing = seed.deviations.map { deviation in
        ReportContent.Pairing(
          "Seed \(seed.seed): \(deviation.subject.rawValue) of \(deviation.run) equal to the others'",
          holds: false,
          detail: deviation.isExplained
            ? "explained by \(deviation.explanation.joined(separator: ", "))"
            : "nothing explains it: no intervals are given for its group")
      }
      let unknown = seed.unknown.map { subject in
        ReportContent.Pairing(
          "Seed \(seed.seed): \(subject.rawValue) equal", holds: false, detail: "some runs do not state it")
      }
      return (seed.equal.isEmpty ? [] : [equal]) + differing + unknown
    }
  }
}

extension ScoreOrder {
  /// Whether values are better the nearer they are to something.
  fileprivate var isNearness: Bool {
    switch self {
    case .nearer, .nearerToNull: true
    default: false
    }
  }
}
