/// Means, intervals and the verdict of one score.
struct ColumnStatistics {
  let groups: [ComparisonGroup]
  /// One score for each member of each group, `nil` where it has none.
  let scores: [[Score?]]
  let order: ScoreOrder
  let pairing: Pairing
  let designs: PairedDesigns

  /// What groups are compared by, averaged over the runs of one seed: by group, then by seed.
  private let compared: [[String: Double]]

  init(
    _ groups: [ComparisonGroup], scores: [[Score?]], order: ScoreOrder, pairing: Pairing,
    designs: PairedDesigns
  ) {
    self.groups = groups
    self.scores = scores
    self.order = order
    self.pairing = pairing
    self.designs = designs
    compared = zip(groups, scores).map { group, scores in
      Self.bySeed(group, scores.map { $0.flatMap(order.compared) })
    }
  }

  /// The entries, with the differences that were taken.
  func entries(_ differences: [PairedDifference?]) -> [ComparisonColumn.Entry] {
    groups.indices.map { index in
      let values = scores[index].map { $0?.value }
      let seeds = Self.bySeed(groups[index], values).values.sorted()
      return ComparisonColumn.Entry(
        values: values, mean: Self.mean(seeds), spread: seeds.count < 2 ? nil : PairedDesign.deviation(seeds),
        seedCount: seeds.count, difference: differences[index])
    }
  }

  /// The group with the best mean over its seeds; those with one seed only count where no group has more.
  var best: Int? {
    if order == .none { return nil }
    let most = compared.map(\.count).max() ?? 0
    let candidates = groups.indices.filter { compared[$0].count >= min(2, max(1, most)) }
    let means = self.means
    return candidates.filter { means[$0] != nil }.min { (means[$0] ?? 0) < (means[$1] ?? 0) }
  }

  /// What groups are compared by, averaged over seeds; smaller is better.
  var means: [Double?] {
    compared.map { values in Self.mean(values.values.sorted()).map { order.prefersLarge ? -$0 : $0 } }
  }

  /// Each group less `reference` over their common seeds.
  func differences(to reference: Int?) -> [PairedDifference?] {
    guard let reference else { return groups.map { _ in nil } }
    var differences = groups.indices.map { index -> PairedDifference? in
      if index == reference || pairing.isBroken(between: groups[index], and: groups[reference]) { return nil }
      let common = compared[index].keys.filter { compared[reference][$0] != nil }.sorted()
      let values = common.compactMap { seed in
        compared[index][seed].flatMap { mine in compared[reference][seed].map { mine - $0 } }
      }
      return designs[values.count]?.difference(values)
    }
    let present = differences.indices.filter { differences[$0] != nil }
    let adjusted = PairedDifference.holm(present.compactMap { differences[$0]?.probability })
    for (index, probability) in zip(present, adjusted) {
      differences[index]?.adjustedProbability = probability
    }
    return differences
  }

  /// What can be said about the best group, from the differences of all others to it.
  func verdict(best: Int?, _ differences: [PairedDifference?]) -> ComparisonColumn.Verdict {
    guard let best else {
      return .init(kind: order == .none ? .unordered : .alone, groups: [])
    }
    let others = groups.indices.filter { $0 != best && !compared[$0].isEmpty }
    if others.isEmpty { return .init(kind: .alone, groups: []) }
    if others.contains(where: { pairing.isBroken(between: groups[$0], and: groups[best]) }) {
      return .init(kind: .notPaired, groups: [])
    }
    if others.allSatisfy({ differences[$0] == nil }) { return .init(kind: .oneSeed, groups: []) }
    let alike = others.filter { index in
      guard let difference = differences[index] else { return true }
      return
        !(difference.interval.excludesZero && difference.student.excludesZero
        && (difference.adjustedProbability ?? 1) <= PairedDesign.level
        && abs(difference.mean) > noise(index, best, count: difference.count))
    }
    return alike.isEmpty
      ? .init(kind: .winner, groups: [best]) : .init(kind: .notToldApart, groups: [best] + alike)
  }

  /// Two standard errors of the mean difference, from the errors that the scores state of themselves; 0 without.
  private func noise(_ first: Int, _ second: Int, count: Int) -> Double {
    let squares = [first, second].compactMap { index in
      Self.mean(scores[index].compactMap { $0?.error }.map { $0 * $0 })
    }
    return 2 * (squares.reduce(0, +) / Double(count)).squareRoot()
  }

  private static func bySeed(_ group: ComparisonGroup, _ values: [Double?]) -> [String: Double] {
    let pairs = zip(group.members, values).compactMap { member, value in value.map { (member.seed, $0) } }
    return Dictionary(grouping: pairs, by: \.0).compactMapValues { mean($0.map(\.1)) }
  }

  private static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}

/// Paired designs by their number of seeds, each prepared once.
final class PairedDesigns {
  private var known: [Int: PairedDesign] = [:]

  /// The design of `count` seeds; `nil` below two.
  subscript(count: Int) -> PairedDesign? {
    if count < 2 { return nil }
    let design = known[count] ?? PairedDesign(count: count)
    known[count] = design
    return design
  }
}
