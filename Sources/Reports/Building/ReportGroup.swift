import Comparison
import Runner

/// Runs that differ in nothing but the seed: one colour, one row.
struct ReportGroup {
  /// What it is called: its values on the axes other than the seed's.
  let label: String
  /// Its runs, the first seed first.
  let runs: [ComparedRun]

  /// The run whose pictures stand for the group: the first one whose scores count, else the first one that was trained
  /// to the end, else the first one that has begun.
  var shown: ComparedRun? {
    runs.first { $0.run != nil && $0.isCounted } ?? runs.first {
      $0.run != nil && $0.outcome?.isScored ?? $0.isComplete
    } ?? runs.first { $0.run != nil }
  }
}

extension ReportGroup {
  /// The groups of a comparison, or each run for itself where there is none.
  static func groups(of collection: RunCollection, in comparison: Comparison?) -> [ReportGroup] {
    guard let comparison else { return collection.runs.map { ReportGroup(label: $0.name, runs: [$0]) } }
    var rest = collection.runs
    return comparison.groups.map { group in
      let runs = group.members.compactMap { member in
        rest.firstIndex { $0.name == member.run }.map { rest.remove(at: $0) }
      }
      return ReportGroup(label: group.label, runs: runs)
    }
  }
}

extension ComparedRun {
  /// Whether its log reaches the last step.
  var isComplete: Bool { totalSteps.map { step >= $0 } ?? false }

  /// Whether its scores are those that it ended with. A run of its own that was scored before its last step is.
  var isUnedited: Bool { flaw == nil && outcome?.isScored ?? true }

  /// Its seed in words, as far as it is known.
  var seedWords: String? {
    let seed = self[Experiment.seedKey] ?? run?.seed.map(String.init)
    return seed.map { "seed \($0)" }
  }
}
