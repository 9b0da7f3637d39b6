import Mathematics
import PluginKit

/// Which runs a group is averaged over within a seed, so that groups are compared over the same ones.
///
/// Where a group holds several runs of a seed, as with two weights under `--by regularizer`, only those coordinates
/// count for which every group that has values in the seed has one: a cell that failed for one group would otherwise
/// shift its mean alone. Groups that share no coordinate by design are averaged over all of their own, and a seed in
/// which one is lacking is dropped.
struct SeedAverages {
  /// What is left out, in sentences.
  private(set) var notes: [String] = []
  /// By group and seed, the members that count, those of one coordinate together.
  private var kept: [[String: [[Int]]]]

  /// Chooses.
  ///
  /// - Parameters:
  ///   - groups: The groups.
  ///   - places: Where each member of each group stands on the axes that are averaged over.
  ///   - hasValue: Which members have a value.
  init(_ groups: [ComparisonGroup], places: [[String]], hasValue: [[Bool]]) {
    kept = groups.map { _ in [:] }
    for seed in groups.flatMap({ $0.members.map(\.seed) }).uniqued() {
      let planned = groups.indices.map { group in
        groups[group].members.indices.filter { groups[group].members[$0].seed == seed }
      }
      let valued = groups.indices.map { group in planned[group].filter { hasValue[group][$0] } }
      let present = groups.indices.filter { !valued[$0].isEmpty }
      let common = Self.common(present.map { group in valued[group].map { places[group][$0] } })
      let isDisjoint = Self.common(present.map { group in planned[group].map { places[group][$0] } }).isEmpty
      for group in present {
        let own = planned[group].map { places[group][$0] }.uniqued()
        let has = valued[group].map { places[group][$0] }.uniqued()
        let chosen = isDisjoint ? (has.count == own.count ? own : []) : own.filter(common.contains)
        if chosen.isEmpty {
          notes.append("seed \(seed) of \(groups[group].label) is left out of averages: it lacks runs")
          continue
        }
        if chosen.count < own.count {
          let names = own.filter { !chosen.contains($0) }.joined(separator: "; ")
          notes.append("seed \(seed) is averaged without \(names), for which some group has no value")
        }
        kept[group][seed] = chosen.map { place in valued[group].filter { places[group][$0] == place } }
      }
    }
    notes = notes.uniqued()
  }

  /// A group's means by seed.
  func means(of group: Int, _ values: [Double?]) -> [String: Double] {
    (kept[group]).compactMapValues { places in
      let means = places.map { members in members.compactMap { values[$0] }.mean }
      return means.contains { $0 == nil } ? nil : means.compactMap(\.self).mean
    }
  }

  private static func common(_ lists: [[String]]) -> Set<String> {
    guard let first = lists.first else { return [] }
    return lists.dropFirst().reduce(Set(first)) { $0.intersection($1) }
  }
}
