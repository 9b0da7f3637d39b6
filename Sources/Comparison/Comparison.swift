import Ablation
import MoCAProtocols
import PluginKit
import Runner

/// Runs beside each other: groups of repetitions, their scores with intervals, what they took, and whether they began
/// alike. A plain value; text, pages and files are made from it.
package struct Comparison: Sendable, Encodable {
  /// What to compare.
  package struct Options: Sendable {
    /// Keys to group by; every axis but the seed where it is `nil`.
    package var keys: [String]?
    /// Names of scores, as in `FD-cifar` or `FD-cifar of prior`; a few telling ones where it is empty.
    package var metrics: [String] = []
    /// Whether to take every score that is there.
    package var takesAll = false
    /// The group that differences are taken to: its label, or a value that no other group has. The best of each score
    /// where it is `nil`.
    package var reference: String?

    /// The defaults.
    package init() {}
  }

  /// What runs are grouped by.
  package let keys: [String]
  /// In the order of the runs.
  package let groups: [ComparisonGroup]
  /// The scores that were chosen.
  package let columns: [ComparisonColumn]
  /// The names of all scores that are there.
  package let available: [String]
  /// Whether runs of one seed began alike.
  package let pairing: Pairing
  /// Where a numeric axis is swept: fronts of reconstruction against latent match against samples.
  package let fronts: [ParetoFront]
  /// What a reader should know, in sentences.
  package let notes: [String]

  /// Compares runs.
  ///
  /// - Throws: ``ComparisonError``; `EvaluationError.differentCards` where a score that was asked
  ///   for was measured differently. One that was not asked for is left out with a note.
  package init(
    _ collection: RunCollection, options: Options = Options(), regularizers: RegularizerCatalog
  ) throws {
    let grouping = try ComparisonGrouping(collection, by: options.keys)
    let pairing = Pairing(collection.runs, regularizers: regularizers)
    let builder = ColumnBuilder(grouping, pairing: pairing)
    if builder.table.keys.isEmpty, collection.ablation == nil { throw ComparisonError.noScores }
    let reference = try options.reference.map(grouping.group)
    let keys =
      options.takesAll && options.metrics.isEmpty
      ? builder.table.keys : try builder.keys(named: options.metrics)
    let chosen = try keys.map { key in
      try builder.column(key, reference: reference, isRequired: !options.metrics.isEmpty)
    }
    fronts = grouping.isSweep ? builder.fronts() : []
    columns = chosen.compactMap { $0 }
    available = builder.table.keys.map(\.name)
    self.keys = grouping.keys
    groups = grouping.groups
    self.pairing = pairing
    notes = ComparisonNotes(grouping, builder).all
  }
}

extension Comparison {
  /// One sentence for each column on what can be said of the best.
  package func verdict(of column: ComparisonColumn) -> String {
    let names = { (places: [Int]) in places.map { self.groups[$0].label } }
    let listed = names(column.verdict.groups)
    let unpaired = column.verdict.unpaired
    let empty = groups.indices.filter { column.entries[$0].mean == nil }
    let rest =
      (unpaired.isEmpty ? "" : "; left out as NOT PAIRED: \(names(unpaired).joined(separator: "; "))")
      + (empty.isEmpty ? "" : "; no value: \(names(empty).joined(separator: "; "))")
    switch column.verdict.kind {
    case .winner: return "\(listed.joined()) is told from every other group" + rest
    case .notToldApart:
      let told = groups.indices.filter {
        column.entries[$0].mean != nil && !unpaired.contains($0) && !column.verdict.groups.contains($0)
      }
      // The shorter list says the same.
      if listed.count > 6, told.count < listed.count {
        let all = told.isEmpty ? "all others" : "all others but \(names(told).joined(separator: "; "))"
        return "not told apart: \(listed[0]) and \(all)" + rest
      }
      return "not told apart: \(listed.joined(separator: "; "))" + rest
    case .oneSeed:
      let count = groups.contains { $0.seedCount > 1 } ? "fewer than two common seeds" : "one seed"
      return "\(count): no interval, nothing is marked" + rest
    case .notTestable:
      return "cannot be tested: differences are the same in every seed, nothing is marked" + rest
    case .notPaired: return "NOT PAIRED: too few groups began alike, nothing is marked" + rest
    case .unordered: return "no order"
    case .alone: return "nothing to compare with"
    }
  }
}

/// Which run belongs to which group.
struct ComparisonGrouping {
  let collection: RunCollection
  let keys: [String]
  let groups: [ComparisonGroup]
  /// Positions of runs by group.
  let members: [[Int]]

  var runs: [ComparedRun] { collection.runs }

  /// Groups by `keys`, or by every axis but the seed.
  ///
  /// - Throws: ``ComparisonError/unknownKey(_:available:)``, ``ComparisonError/seedKey(_:)``.
  init(_ collection: RunCollection, by keys: [String]?) throws {
    self.collection = collection
    let axes = collection.axes.filter { $0 != Experiment.seedKey }
    let keys = try keys?.map { try Self.axis($0, among: axes) }.uniqued() ?? axes
    self.keys = keys
    let runs = collection.runs
    let names = runs.indices.map { index in
      collection.axes.isEmpty ? [runs[index].name, String(index)] : keys.map { runs[index][$0] ?? "-" }
    }
    members = names.uniqued().map { name in runs.indices.filter { names[$0] == name } }
    groups = members.map { members in
      let first = runs[members[0]]
      let coordinates = keys.map { AblationCell.Coordinate(axis: $0, value: first[$0] ?? "-") }
      let label =
        coordinates.isEmpty ? (collection.axes.isEmpty ? first.name : "all") : Self.label(coordinates)
      return ComparisonGroup(
        label: label, coordinates: coordinates, runs: members.map { runs[$0] })
    }
  }

  /// The axis that a word means: its key, or the last part of one axis alone.
  private static func axis(_ word: String, among axes: [String]) throws -> String {
    let key = Experiment.fullKey(word)
    if axes.contains(key) { return key }
    if key == Experiment.seedKey { throw ComparisonError.seedKey(word) }
    let matches = axes.filter { $0.hasSuffix("." + word) }
    guard matches.count == 1 else { throw ComparisonError.unknownKey(word, available: axes) }
    return matches[0]
  }

  /// Plugins by their names, other settings with the last part of their keys.
  static func label(_ coordinates: [AblationCell.Coordinate]) -> String {
    coordinates.map { coordinate in
      guard let dot = coordinate.axis.lastIndex(of: ".") else { return coordinate.value }
      return "\(coordinate.axis[dot...].dropFirst())=\(coordinate.value)"
    }
    .joined(separator: ", ")
  }

  /// The group with that label, or the only one with that value.
  func group(_ text: String) throws -> Int {
    if let index = groups.firstIndex(where: { $0.label == text }) { return index }
    let matches = groups.indices.filter { index in groups[index].coordinates.contains { $0.value == text } }
    guard matches.count == 1 else {
      throw ComparisonError.unknownReference(text, available: groups.map(\.label))
    }
    return matches[0]
  }

  /// For each member of each group where it stands on the axes that are averaged over.
  var hiddenPlaces: [[String]] {
    let hidden = collection.axes.filter { $0 != Experiment.seedKey && !keys.contains($0) }
    return members.map { members in
      members.map { index in
        hidden.map { "\($0)=\(runs[index][$0] ?? "-")" }.joined(separator: ", ")
      }
    }
  }

  /// Keys with several numbers among their values; others may be words, as `auto` of a weight.
  var numericKeys: [String] {
    keys.filter { key in
      let values = groups.compactMap { group in group.coordinates.first { $0.axis == key }?.value }
      return Set(values.compactMap { Double($0) }).count > 1
    }
  }

  /// Whether some key is swept over numbers.
  var isSweep: Bool { !numericKeys.isEmpty }

  /// What a group has beside the numbers that are swept.
  func family(of group: ComparisonGroup) -> String {
    Self.label(group.coordinates.filter { !numericKeys.contains($0.axis) })
  }
}
