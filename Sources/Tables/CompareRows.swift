import Comparison
import Foundation
import Terminal

/// The words of a comparison that all its formats share.
package struct CompareRows {
  let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  /// What a value is marked with.
  enum Mark {
    case best
    case alike
    case none
  }

  /// Titles of the scores: their names with the sign of what is better.
  var scoreTitles: [String] {
    comparison.columns.map { column in
      let isUnique = comparison.columns.count { $0.score == column.score } == 1
      let name = isUnique && column.role != .heldOut ? column.score : column.name
      return column.order.sign.isEmpty ? name : "\(name) \(column.order.sign)"
    }
  }

  /// Titles of the keys, or of the runs where they differ in nothing.
  var keyTitles: [String] {
    comparison.keys.isEmpty ? ["run"] : comparison.keys
  }

  /// A group's values on the keys.
  func keyCells(_ group: ComparisonGroup) -> [String] {
    comparison.keys.isEmpty ? [group.label] : group.coordinates.map(\.value)
  }

  /// `mean ± spread`, and the number of seeds where it is not that of the group.
  func value(_ column: ComparisonColumn, _ group: Int) -> String? {
    let entry = column.entries[group]
    guard let mean = entry.mean else { return nil }
    let spread = entry.spread.map { " ± " + String(format: "%.2g", $0) } ?? ""
    let seeds = Set(comparison.groups[group].members.map(\.seed)).count
    return Console.number(mean) + spread
      + (entry.seedCount < seeds ? " (\(entry.seedCount) of \(seeds))" : "")
  }

  /// Whether a group won a column, or is among those that are not told apart.
  func mark(_ column: ComparisonColumn, _ group: Int) -> Mark {
    guard column.verdict.groups.contains(group) else { return .none }
    return column.verdict.kind == .winner ? .best : .alike
  }

  /// Titles of the costs that are known of some group, each with its values.
  var costs: [(title: String, cells: [String?])] {
    let all: [(String, (RunCost) -> String?)] = [
      ("ms/step", { $0.stepSeconds.map { Console.number($0 * 1000) } }),
      ("regularizer", { $0.regularizerShare.map { String(format: "%.1f %%", $0 * 100) } }),
      ("peak memory", { $0.peakMemory.map { Console.bytes(Int($0)) } }),
      ("training", { $0.trainingSeconds.map { Console.duration($0) } }),
      ("parameters", { $0.parameters.map { String(Int($0)) } }),
    ]
    return all.map { title, text in (title, comparison.groups.map { text($0.cost) }) }
      .filter { $0.1.contains { $0 != nil } }
  }

  /// What stands under a table: seeds, intervals, marks.
  var footnote: String {
    let counts = comparison.groups.map(\.seedCount)
    let range =
      Set(counts).count < 2 ? "\(counts.first ?? 0)" : "\(counts.min() ?? 0) to \(counts.max() ?? 0)"
    let isSingle = (counts.max() ?? 0) < 2
    let seeds = range == "1" ? "1 seed" : "\(range) seeds"
    if isSingle { return "\(seeds) per group: no interval, nothing is marked." }
    let methods = Set(comparison.columns.flatMap(\.entries).compactMap { $0.difference?.method.rawValue })
      .sorted()
    let intervals = methods.isEmpty ? "no intervals" : "95 % intervals: \(methods.joined(separator: " and "))"
    return
      "\(seeds) per group; mean ± standard deviation over seeds; \(intervals) of differences within seeds, not "
      + "adjusted; a winner is bold where every other group is worse over common seeds at 5 % by Holm's rule over all "
      + "pairs of groups; ≈ are not told apart from the best."
  }
}
