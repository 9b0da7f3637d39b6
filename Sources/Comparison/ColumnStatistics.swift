import Evaluation
import Mathematics
import Metrics

/// Means, intervals and the verdict of one score.
struct ColumnStatistics {
  let groups: [ComparisonGroup]
  /// One score for each member of each group, `nil` where it has none.
  let scores: [[Score?]]
  let order: ScoreOrder
  let pairing: Pairing
  let designs: PairedDesigns
  /// What is left out of averages.
  let averages: SeedAverages

  /// What groups are compared by, averaged over the runs of one seed: by group, then by seed.
  private let compared: [[String: Double]]

  init(
    _ grouping: ComparisonGrouping, scores: [[Score?]], order: ScoreOrder, pairing: Pairing,
    designs: PairedDesigns
  ) {
    groups = grouping.groups
    self.scores = scores
    self.order = order
    self.pairing = pairing
    self.designs = designs
    let values = scores.map { $0.map { $0.flatMap(order.compared) } }
    let averages = SeedAverages(
      grouping.groups, places: grouping.hiddenPlaces, hasValue: values.map { $0.map { $0 != nil } })
    self.averages = averages
    compared = values.indices.map { averages.means(of: $0, values[$0]) }
  }

  /// The entries, with the differences that were taken.
  func entries(_ differences: [PairedDifference?]) -> [ComparisonColumn.Entry] {
    groups.indices.map { index in
      let values = scores[index].map { $0?.value }
      let seeds = averages.means(of: index, values).values.sorted()
      return ComparisonColumn.Entry(
        values: values, mean: seeds.mean,
        spread: seeds.count < 2 ? nil : seeds.deviation, seedCount: seeds.count,
        difference: differences[index])
    }
  }

  /// Groups that can be compared: with values, begun as the others of their seeds; with one seed only where no group
  /// has more.
  private var candidates: [Int] {
    let paired = groups.indices.filter { !compared[$0].isEmpty && !pairing.isBroken(groups[$0]) }
    let most = paired.map { compared[$0].count }.max() ?? 0
    return paired.filter { compared[$0].count >= min(2, most) }
  }

  /// Groups with values that did not begin as the others of their seeds.
  private var unpaired: [Int] {
    groups.indices.filter { !compared[$0].isEmpty && pairing.isBroken(groups[$0]) }
  }

  /// The group that no other beats over the seeds that both have; where there is none or several, the best mean over the
  /// seeds that all have. Means over different seeds are not held against each other.
  var best: Int? {
    if order == .none { return nil }
    let candidates = self.candidates
    let unbeaten = candidates.filter { index in
      !candidates.contains { other in self.deficit(of: index, against: other).map { $0 > 0 } ?? false }
    }
    let left = unbeaten.isEmpty ? candidates : unbeaten
    let common = left.dropFirst().reduce(Set(left.first.map { compared[$0].keys.sorted() } ?? [])) {
      $0.intersection(compared[$1].keys)
    }
    let means = self.means
    return left.min { first, second in
      let pair = [first, second].map { index in
        common.sorted().compactMap { compared[index][$0] }.mean.map(signed) ?? means[index] ?? 0
      }
      return pair[0] < pair[1]
    }
  }

  /// Whether groups with values have different seeds.
  var haveDifferentSeeds: Bool { Set(compared.filter { !$0.isEmpty }.map { Set($0.keys) }).count > 1 }

  /// What groups are compared by, averaged over seeds; smaller is better. None for groups that are not paired.
  private var means: [Double?] {
    valuesBySeed.map { values in values.keys.sorted().compactMap { values[$0] }.mean }
  }

  /// What groups are compared by, by seed; smaller is better. Nothing for groups that are not paired.
  var valuesBySeed: [[String: Double]] {
    groups.indices.map { pairing.isBroken(groups[$0]) ? [:] : compared[$0].mapValues(signed) }
  }

  private func signed(_ value: Double) -> Double { order.prefersLarge ? -value : value }

  /// One group less the other, by seed.
  private func differences(_ index: Int, _ other: Int) -> [Double] {
    compared[index].keys.sorted().compactMap { seed in
      compared[index][seed].flatMap { mine in compared[other][seed].map { mine - $0 } }
    }
  }

  /// By how much a group is worse than another over common seeds.
  private func deficit(of index: Int, against other: Int) -> Double? {
    differences(index, other).mean.map(signed)
  }

  private func magnitude(_ index: Int, _ other: Int) -> Double {
    [index, other].flatMap { compared[$0].values.map(abs) }.max() ?? 0
  }

  /// Each group less the best, whose choice needs all pairs to be held against each other.
  func differences(toBest best: Int?) -> [PairedDifference?] {
    guard let best else { return groups.map { _ in nil } }
    let candidates = self.candidates
    let pairs = candidates.flatMap { first in candidates.filter { $0 > first }.map { [first, $0] } }
      .filter { differences($0[0], $0[1]).count >= 2 }
    let probabilities = pairs.map { pair -> Double in
      let values = differences(pair[0], pair[1])
      return designs[values.count, tests: pairs.count]?.probability(
        values, magnitude: magnitude(pair[0], pair[1])) ?? 1
    }
    let adjusted = PairedDifference.holm(probabilities)
    return groups.indices.map { index in
      var difference = difference(index, to: best, tests: pairs.count)
      let place = pairs.firstIndex { $0.contains(index) && $0.contains(best) && index != best }
      if difference?.probability != nil { difference?.adjustedProbability = place.map { adjusted[$0] } }
      return difference
    }
  }

  /// Each group less one that was named beforehand.
  func differences(to reference: Int) -> [PairedDifference?] {
    let tests = groups.indices.count { index in
      index != reference && !pairing.isBroken(between: groups[index], and: groups[reference])
        && differences(index, reference).count >= 2
    }
    var found = groups.indices.map { difference($0, to: reference, tests: tests) }
    let present = found.indices.filter { found[$0] != nil }
    let adjusted = PairedDifference.holm(present.map { found[$0]?.probability ?? 1 })
    for (index, probability) in zip(present, adjusted) where found[index]?.probability != nil {
      found[index]?.adjustedProbability = probability
    }
    return found
  }

  private func difference(_ index: Int, to reference: Int, tests: Int) -> PairedDifference? {
    if index == reference || pairing.isBroken(between: groups[index], and: groups[reference]) { return nil }
    let values = differences(index, reference)
    return designs[values.count, tests: tests]?.difference(values, magnitude: magnitude(index, reference))
  }

  /// What can be said about the best group, from the differences of all others to it.
  func verdict(best: Int?, _ differences: [PairedDifference?]) -> ComparisonColumn.Verdict {
    let unpaired = order == .none ? [] : self.unpaired
    guard let best else {
      let kind: ComparisonColumn.Verdict.Kind =
        order == .none ? .unordered : unpaired.isEmpty ? .alone : .notPaired
      return .init(kind: kind, groups: [], unpaired: unpaired)
    }
    let others = groups.indices.filter {
      $0 != best && !compared[$0].isEmpty && !unpaired.contains($0)
    }
    let known = others.compactMap { differences[$0] }
    let nothing: ComparisonColumn.Verdict.Kind? =
      others.isEmpty
      ? (unpaired.isEmpty ? .alone : .notPaired)
      : known.isEmpty ? .oneSeed : known.allSatisfy { $0.probability == nil } ? .notTestable : nil
    if let nothing { return .init(kind: nothing, groups: [], unpaired: unpaired) }
    let alike = others.filter { index in
      guard let difference = differences[index] else { return true }
      return !(isWorse(difference) && abs(difference.mean) > noise(index, best, count: difference.count))
    }
    return alike.isEmpty
      ? .init(kind: .winner, groups: [best], unpaired: unpaired)
      : .init(kind: .notToldApart, groups: [best] + alike, unpaired: unpaired)
  }

  /// Whether a difference to the best lies on the losing side with all of its intervals.
  private func isWorse(_ difference: PairedDifference) -> Bool {
    guard let probability = difference.adjustedProbability, probability <= PairedDesign.level else {
      return false
    }
    return [difference.interval, difference.student].allSatisfy {
      order.prefersLarge ? $0.upper < 0 : $0.lower > 0
    }
  }

  /// Two standard errors of the mean difference, from the errors that the scores state of themselves; 0 without.
  private func noise(_ first: Int, _ second: Int, count: Int) -> Double {
    let squares = [first, second].compactMap { index in
      scores[index].compactMap { $0?.error }.map { $0 * $0 }.mean
    }
    return 2 * (squares.reduce(0, +) / Double(count)).squareRoot()
  }
}

/// Paired designs by their number of seeds and tests, each prepared once.
final class PairedDesigns {
  private var known: [[Int]: PairedDesign] = [:]

  /// The design of `count` seeds and at least one test; `nil` below two seeds.
  subscript(count: Int, tests tests: Int) -> PairedDesign? {
    if count < 2 { return nil }
    let design = known[[count, tests]] ?? PairedDesign(count: count, tests: max(1, tests))
    known[[count, tests]] = design
    return design
  }
}
