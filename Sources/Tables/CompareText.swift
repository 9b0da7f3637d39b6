import Comparison
import Foundation
import PluginKit
import Terminal

/// What `moca compare` prints for people.
package struct CompareText {
  let comparison: Comparison

  package init(_ comparison: Comparison) { self.comparison = comparison }

  private var rows: CompareRows { CompareRows(comparison) }

  /// Table, differences, pairing, fronts, notes.
  package func text(width: Int?) -> String {
    var blocks = [table.text(width: width) + legend]
    if comparison.columns.isEmpty {
      blocks.append("no scores yet")
    } else {
      if let differences {
        blocks.append("\(Console.bold("differences"))\n" + differences.text(width: width))
      }
      if !verdicts.isEmpty { blocks.append(verdicts) }
    }
    if !pairing.isEmpty { blocks.append(pairing.joined(separator: "\n")) }
    if let fronts { blocks.append(fronts) }
    if !comparison.notes.isEmpty {
      blocks.append(comparison.notes.map { "note: \($0)" }.joined(separator: "\n"))
    }
    return blocks.joined(separator: "\n\n")
  }

  /// More scores than this stand below each other.
  private static let scoreLimit = 8

  private var table: TextTable {
    let cells = comparison.groups.indices.map { index -> [String?] in
      let scores = comparison.columns.map { column in
        rows.value(column, index).map { $0 + sign(rows.mark(column, index)) }
      }
      return [comparison.groups[index].stateSummary] + scores + rows.costs.map { $0.cells[index] }
    }
    let titles = ["runs"] + rows.scoreTitles + rows.costs.map(\.title)
    if comparison.columns.count > Self.scoreLimit {
      let lines = titles.indices.map { row in [titles[row]] + cells.map { $0[row] } }
      return Self.table([""] + comparison.groups.map(\.label), lines)
    }
    return Self.table(rows.keyTitles + titles, zip(comparison.groups, cells).map { rows.keyCells($0) + $1 })
  }

  private static func table(_ titles: [String], _ lines: [[String?]]) -> TextTable {
    var table = TextTable(columns: titles.enumerated().map { TextTable.Column("column\($0)", title: $1) })
    for line in lines { table.append(line.map(cell)) }
    return table
  }

  /// Numbers as such, so that a column of them is aligned.
  private static func cell(_ text: String?) -> ConfigurationValue {
    guard let text else { return .null }
    return Int(text).map(ConfigurationValue.integer) ?? Double(text).map(ConfigurationValue.number)
      ?? .string(text)
  }

  private func sign(_ mark: CompareRows.Mark) -> String {
    switch mark {
    case .best: " *"
    case .alike: " ≈"
    case .none: ""
    }
  }

  private var legend: String {
    let kinds = comparison.columns.map(\.verdict.kind)
    let signs = [
      kinds.contains(.winner) ? "* better than every other group" : nil,
      kinds.contains(.notToldApart) ? "≈ not told apart from the best" : nil,
    ].compactMap { $0 }
    return signs.isEmpty ? "" : "\n" + Console.dimmed(signs.joined(separator: ", "))
  }

  /// One row for each score and group that has an interval.
  private var differences: TextTable? {
    var table = TextTable(columns: [
      "score", "group", "less", "difference", .init("interval", title: "95 % interval"),
      .init("probability", title: "p (Holm)"), "seeds", .init("detectable", title: "would find"),
    ])
    for column in comparison.columns {
      for (index, entry) in column.entries.enumerated() {
        guard let difference = entry.difference, let reference = column.reference else { continue }
        let interval = difference.interval
        let isTested = difference.probability != nil
        table.append([
          .string(column.order.distance.map { "\(column.name), \($0)" } ?? column.name),
          .string(comparison.groups[index].label),
          .string(comparison.groups[reference].label), .number(difference.mean),
          .string(
            isTested
              ? "\(Console.number(interval.lower)) … \(Console.number(interval.upper))" : "cannot be tested"),
          (difference.adjustedProbability ?? difference.probability).map(ConfigurationValue.number) ?? .null,
          .integer(difference.count),
          isTested ? .string("≥ \(Console.number(difference.detectable))") : .null,
        ])
      }
    }
    return table.rows.isEmpty ? nil : table
  }

  /// A line for each score on what can be said of it; what holds for all is said once.
  private var verdicts: String {
    let columns = comparison.columns.filter { $0.verdict.kind != .unordered }
    let verdicts = columns.map(comparison.verdict)
    let isCommon = verdicts.count > 1 && verdicts.allSatisfy { $0 == verdicts[0] }
    let lines = zip(columns, verdicts).compactMap { column, verdict -> String? in
      let origin = column.origin == .trainingLog ? ", from the training's log" : ""
      let floor = column.noiseFloor.map { ", held-out images get \(Console.number($0))" } ?? ""
      if isCommon, origin.isEmpty, floor.isEmpty { return nil }
      return "\(column.name) (\(column.order.words)\(origin)\(floor))" + (isCommon ? "" : ": \(verdict)")
    }
    return (lines + (isCommon ? [verdicts[0]] : [])).joined(separator: "\n")
  }

  private var pairing: [String] {
    let seeds = comparison.pairing.seeds
    let alike = Dictionary(grouping: seeds.filter(\.deviations.isEmpty), by: summary).mapValues {
      $0.map(\.seed)
    }
    return seeds.flatMap { seed -> [String] in
      let names = seed.deviations.isEmpty ? alike[summary(of: seed)] ?? [] : [seed.seed]
      if names.first != seed.seed { return [] }
      let head =
        "pairing, seed\(names.count == 1 ? "" : "s") \(names.joined(separator: ", ")): \(summary(of: seed))"
      return [head] + deviations(of: seed)
    }
  }

  private func summary(of seed: Pairing.Seed) -> String {
    let equal = seed.equal.isEmpty ? "nothing" : seed.equal.map(\.rawValue).joined(separator: ", ")
    let unknown =
      seed.unknown.isEmpty
      ? "" : "; not stated by all: \(seed.unknown.map(\.rawValue).joined(separator: ", "))"
    return "\(seed.runs.count) runs have the same \(equal)\(unknown)"
  }

  /// Runs that differ for the same reason share a line.
  private func deviations(of seed: Pairing.Seed) -> [String] {
    let grouped = Dictionary(grouping: seed.deviations) { [$0.subject.rawValue] + $0.explanation }
    return grouped.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, deviations in
      let runs = deviations.map(\.run).joined(separator: ", ")
      return key.count > 1
        ? "  another \(key[0]) in \(runs), from \(key.dropFirst().joined(separator: ", "))"
        : "  NOT PAIRED: another \(key[0]) in \(runs), and no setting explains it; its group is left out"
    }
  }

  /// The overall front, where each group stands in its own family, and all hypervolumes.
  private var fronts: String? {
    guard let overall = comparison.fronts.first else { return nil }
    let families = comparison.fronts.dropFirst()
    let place = { (point: ParetoFront.Point) in
      ConfigurationValue.string(point.isDominated ? "dominated" : "front")
    }
    let titles = ["group", "overall"] + (families.isEmpty ? [] : ["in its family"]) + overall.axes
    var table = TextTable(columns: titles.map { .init($0) })
    for point in overall.points {
      let own = families.lazy.flatMap(\.points).first { $0.group == point.group }
      table.append(
        [.string(comparison.groups[point.group].label), place(point)]
          + (families.isEmpty ? [] : [own.map(place) ?? .string("alone")])
          + point.values.map(ConfigurationValue.number))
    }
    let corner = overall.referencePoint.map(Console.number).joined(separator: ", ")
    let volumes = comparison.fronts.map { "\($0.family) \(Console.number($0.hypervolume))" }
    return
      "\(Console.bold("fronts")) of means, smaller is better, noise not counted, only comparable within this table\n\(table.text())\n"
      + "hypervolume, of the box from the best values to (\(corner)): \(volumes.joined(separator: "; "))"
  }
}
