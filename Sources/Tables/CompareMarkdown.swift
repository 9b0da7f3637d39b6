import Comparison
import Terminal

/// A comparison as a table in Markdown: winners in bold, a footnote on seeds and intervals.
package struct CompareMarkdown {
  let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  package var text: String {
    let rows = CompareRows(comparison)
    let costs = rows.costs
    let titles = rows.keyTitles + ["runs"] + rows.scoreTitles + costs.map(\.title)
    let cells = comparison.groups.indices.map { index -> [String] in
      let group = comparison.groups[index]
      let scores = comparison.columns.map { column in
        let value = rows.value(column, index) ?? "–"
        return switch rows.mark(column, index) {
        case .best: "**\(value)**"
        case .alike: "\(value) ≈"
        case .none: value
        }
      }
      let others = (rows.keyCells(group) + [group.stateSummary]).map(Markdown.escaped)
      return others + scores + costs.map { $0.cells[index] ?? "–" }
    }
    let lines = comparison.columns.map { column in
      "- \(column.name), \(column.order.words): \(comparison.verdict(of: column))\(intervals(of: column))"
    }
    let notes = comparison.notes.map { "- note: \($0)" }
    let list = (lines + notes).map(Markdown.escaped).joined(separator: "\n")
    return [Markdown.table(titles.map(Markdown.escaped), cells), rows.footnote, list].filter { !$0.isEmpty }
      .joined(separator: "\n\n")
  }

  private func intervals(of column: ComparisonColumn) -> String {
    let parts = column.entries.enumerated().compactMap { index, entry in
      entry.difference.map { difference in
        let mean = "\(comparison.groups[index].label): \(Console.number(difference.mean))"
        guard difference.probability != nil else {
          return mean + " (the same in every seed: cannot be tested)"
        }
        let ends = [difference.interval.lower, difference.interval.upper].map { Console.number($0) }
        let holm = difference.adjustedProbability.map { ", p \(Console.number($0)) (Holm)" } ?? ""
        return mean + " [\(ends.joined(separator: ", "))]" + holm
      }
    }
    guard let reference = column.reference, !parts.isEmpty else { return "" }
    return
      ". Differences\(column.order.distance.map { " of the \($0)" } ?? "") to \(comparison.groups[reference].label) are \(parts.joined(separator: "; "))"
  }
}
