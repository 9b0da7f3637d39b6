import Ablation
import PluginKit
import Runner

/// Runs that differ in their seed alone, or in axes that are averaged over.
package struct ComparisonGroup: Sendable, Encodable {
  /// A run of the group.
  package struct Member: Sendable, Encodable {
    /// The run's name.
    package let run: String
    /// The value of `training.seed`.
    package let seed: String
    /// `done`, `step 500 of 2700`, `not started`, `damaged`, or how the cell ended.
    package let state: String
    /// Why it did not end well.
    package let reason: String?
    /// Whether its scores take part: it was trained to its end.
    package let isCounted: Bool
    /// What a person types to have it again.
    package let command: String
    /// What it took.
    package let cost: RunCost

    /// The state of a run that is planned only.
    static let notStarted = "not started"

    init(_ run: ComparedRun) {
      self.run = run.name
      seed = run.seed
      (state, isCounted) = (run.state, run.isCounted)
      reason = run.flaw ?? run.outcome?.reason
      command = run.command
      cost = RunCost(run)
    }
  }

  /// What the group is called: its values, as in `moca, weight=0.1`.
  package let label: String
  /// Its values on the keys that are grouped by.
  package let coordinates: [AblationCell.Coordinate]
  /// Its runs.
  package let members: [Member]
  /// The mean over its counted runs.
  package let cost: RunCost

  init(label: String, coordinates: [AblationCell.Coordinate], runs: [ComparedRun]) {
    self.label = label
    self.coordinates = coordinates
    members = runs.map(Member.init)
    cost = RunCost(meanOf: members.filter(\.isCounted).map(\.cost))
  }

  /// Seeds of the runs that count.
  package var seedCount: Int { Set(members.filter(\.isCounted).map(\.seed)).count }

  /// States of the members with their numbers, as in `2 done, 1 out of memory`; just the number where all are done.
  package var stateSummary: String {
    let states = members.map(\.state)
    if states.allSatisfy({ $0 == "done" }) { return String(states.count) }
    return states.uniqued().map { state in "\(states.count { $0 == state }) \(state)" }.joined(
      separator: ", ")
  }
}

extension ComparedRun {
  /// `done`, `step 500 of 2700`, `not started`, `damaged`, or how the cell ended. A cell is done when its outcome says
  /// so, a run of its own when its log reaches the last step.
  package var state: String {
    if flaw != nil { return "damaged" }
    if let outcome { return outcome.state.rawValue }
    if run == nil { return ComparisonGroup.Member.notStarted }
    guard let total = totalSteps else { return "of unknown length" }
    if step < total { return "step \(step) of \(total)" }
    return isCell ? "trained, not scored yet" : "done"
  }

  /// Whether its scores take part: it was trained to its end, and its files are those that it ended with.
  package var isCounted: Bool {
    if flaw != nil { return false }
    if let outcome { return outcome.isScored }
    return !isCell && totalSteps.map { step >= $0 } == true
  }

  /// The seed of its training, whether the runs differ in it or not.
  var seed: String {
    if let seed = self[Experiment.seedKey] { return seed }
    return run?.seed.map(String.init) ?? "-"
  }
}
