import Evaluation
import Mathematics
import Metrics
import PluginKit

/// Makes the columns of a comparison.
final class ColumnBuilder {
  let grouping: ComparisonGrouping
  let table: ScoreTable
  /// Why scores were left out, and what is odd about those that were not.
  private(set) var notes: [String] = []
  private let pairing: Pairing
  private let designs = PairedDesigns()
  /// The row of a run in the table; none for a run that does not count.
  private let rows: [Int: Int]

  init(_ grouping: ComparisonGrouping, pairing: Pairing) {
    self.grouping = grouping
    self.pairing = pairing
    let counted = zip(grouping.members, grouping.groups).flatMap { indices, group in
      zip(indices, group.members).filter(\.1.isCounted).map(\.0)
    }
    .sorted()
    table = ScoreTable(counted.map { grouping.runs[$0] })
    rows = Dictionary(uniqueKeysWithValues: counted.enumerated().map { ($1, $0) })
  }

  /// The columns that were asked for, or a few that tell most.
  ///
  /// - Throws: ``ComparisonError/unknownMetric(_:available:)``.
  func keys(named names: [String]) throws -> [ScoreTable.Key] {
    if names.isEmpty { return defaults.isEmpty ? table.keys : defaults }
    return try names.flatMap { name in
      let word = name.lowercased()
      if let key = table.keys.first(where: { $0.name.lowercased() == word }) { return [key] }
      let matches = table.keys.filter { $0.score.lowercased() == word }
      if matches.isEmpty {
        throw ComparisonError.unknownMetric(name, available: table.keys.map(\.name))
      }
      let ofModel = matches.filter(\.role.isOfModel)
      return ofModel.isEmpty ? matches : ofModel
    }
    .uniqued()
  }

  /// Reconstruction, Fréchet distances of reconstructions and of the prior's samples, latent match.
  private var defaults: [ScoreTable.Key] {
    [reconstruction].compactMap { $0 }
      + table.keys.filter { $0.role == .reconstructions && $0.kind == .imageDistance }
      + table.keys.filter { $0.role == .priorSamples && $0.kind == .imageDistance }
      + [latentMatch].compactMap { $0 }
  }

  private var reconstruction: ScoreTable.Key? { covering(.reconstructionError) }
  private var latentMatch: ScoreTable.Key? { covering(.codeDistance) }

  /// The score of an evaluation, or that of the training's log where more runs have it.
  private func covering(_ kind: ScoreKind) -> ScoreTable.Key? {
    let first = table.keys.first { $0.kind == kind && !$0.isLogged && $0.role.isOfModel }
    let second = table.keys.first { $0.kind == kind && $0.isLogged }
    guard let first, let second else { return first ?? second }
    return table.count(of: first) >= table.count(of: second) ? first : second
  }

  /// A column; `nil` where its scores were measured differently and it is not required.
  ///
  /// - Throws: `EvaluationError.differentCards` where it is required.
  func column(_ key: ScoreTable.Key, reference: Int?, isRequired: Bool) throws -> ComparisonColumn? {
    let scores: ScoreColumn
    do {
      scores = try table.column(key)
    } catch let error as EvaluationError where !isRequired {
      notes.append("\(key.name) was left out: \(error)")
      return nil
    }
    let grid = self.grid(of: scores)
    let statistics = ColumnStatistics(
      grouping, scores: grid, order: order(of: key, grid), pairing: pairing, designs: designs)
    note(statistics.averages.notes)
    if statistics.haveDifferentSeeds {
      note([
        "groups have different seeds: a mean is over a group's own, while differences and the best are over those in "
          + "common"
      ])
    }
    let infinite = scores.scores.count { $0 != nil && $0?.value == nil }
    if infinite > 0 {
      notes.append("\(infinite) values of \(key.name) are not finite and are left out of its means")
    }
    let best = statistics.best
    let differences = statistics.differences(toBest: best)
    let shown = reference.map(statistics.differences(to:)) ?? differences
    return ComparisonColumn(
      name: key.name, score: key.score, subject: key.subject, role: key.role,
      origin: key.isLogged ? .trainingLog : .evaluation, order: statistics.order, card: scores.card,
      entries: statistics.entries(shown), reference: reference ?? best, best: best,
      verdict: statistics.verdict(best: best, differences), noiseFloor: noiseFloor(of: key))
  }

  /// Says once what holds for several columns.
  private func note(_ sentences: [String]) { notes += sentences.filter { !notes.contains($0) } }

  private func grid(of column: ScoreColumn) -> [[Score?]] {
    grouping.members.map { members in members.map { rows[$0].flatMap { column.scores[$0] } } }
  }

  /// As the scores say it; what belongs to the data has none.
  private func order(of key: ScoreTable.Key, _ scores: [[Score?]]) -> ScoreOrder {
    guard key.role.isOfModel else { return .none }
    return scores.joined().lazy.compactMap { $0 }.first?.order ?? .none
  }

  private func noiseFloor(of key: ScoreTable.Key) -> Double? {
    guard key.role != .heldOut,
      let floor = table.keys.first(where: { $0.role == .heldOut && $0.score == key.score })
    else { return nil }
    let values = (try? table.column(floor))?.scores.compactMap { $0?.value } ?? []
    return values.mean
  }

  /// Fronts over the groups that have a value on each axis: reconstruction, latent match and samples, as far as there
  /// are scores of them. Means are over the seeds that all these groups have: over different seeds they are not held
  /// against each other.
  func fronts() -> [ParetoFront] {
    let sample = table.keys.first { $0.role == .priorSamples && $0.kind == .imageDistance }
    var axes: [(name: String, values: [[String: Double]])] = []
    for key in [reconstruction, latentMatch, sample].compactMap({ $0 }) {
      guard let scores = try? table.column(key) else { continue }
      let grid = self.grid(of: scores)
      let statistics = ColumnStatistics(
        grouping, scores: grid, order: order(of: key, grid), pairing: pairing, designs: designs)
      axes.append((key.name, statistics.valuesBySeed))
    }
    if axes.count < 2 { return [] }
    // The seeds of a group on every axis.
    let seeds = grouping.groups.indices.map { index in
      axes.dropFirst().reduce(Set(axes[0].values[index].keys)) { $0.intersection($1.values[index].keys) }
    }
    let present = seeds.indices.filter { !seeds[$0].isEmpty }
    let common = present.dropFirst().reduce(present.first.map { seeds[$0] } ?? []) {
      $0.intersection(seeds[$1])
    }
    if present.count > 1, present.contains(where: { seeds[$0] != common }) {
      note([
        common.isEmpty
          ? "there is no front: the groups have no seed in common"
          : "fronts are over the seeds that all groups have: \(common.sorted().joined(separator: ", "))"
      ])
    }
    if common.isEmpty { return [] }
    let points = present.map { index in
      let seeds = axes.map { axis in common.sorted().compactMap { axis.values[index][$0] } }
      return (
        family: grouping.family(of: grouping.groups[index]),
        place: ParetoFront.Place(
          group: index, values: seeds.compactMap(\.mean),
          ranges: seeds.map { ($0.min() ?? 0)...($0.max() ?? 0) })
      )
    }
    return ParetoFront.fronts(axes: axes.map(\.name), points)
  }
}
