import Comparison
import Foundation
import MoCAProtocols

/// The cells of a report: how each ended, its configuration and its command.
struct CellList {
  let collection: RunCollection
  let groups: [ReportGroup]

  /// One for each run.
  var cells: [ReportContent.Cell] {
    collection.runs.map { run in
      let (standing, state) = Self.state(of: run)
      return ReportContent.Cell(
        name: run.name, group: groups.first { $0.runs.contains { $0.url == run.url } }?.label,
        coordinates: run.coordinates.map { .init($0.axis, $0.value) }, standing: standing, state: state,
        reason: Self.reason(of: run), facts: Self.facts(of: run),
        command: run.command, configuration: configuration(of: run))
    }
  }

  static func state(of run: ComparedRun) -> (ReportContent.Cell.Standing, String) {
    if run.flaw != nil { return (.failed, run.state) }
    if let outcome = run.outcome {
      return (outcome.state == .done ? .finished : .failed, outcome.state.rawValue)
    }
    if run.run == nil { return (.unfinished, "not started") }
    return run.isComplete ? (.finished, "trained") : (.unfinished, "unfinished")
  }

  private static func reason(of run: ComparedRun) -> String? {
    if let flaw = run.flaw { return flaw }
    guard let outcome = run.outcome else { return nil }
    let place = [outcome.term.map { "term \($0)" }, outcome.step.map { "step \($0)" }].compactMap { $0 }
    let words = outcome.state == .done ? [] : place
    return ([outcome.reason].compactMap { $0 } + words).joined(separator: ", ").nonEmpty
  }

  private static func facts(of run: ComparedRun) -> [ReportContent.Fact] {
    let record = run.run?.record
    let last = run.metrics.last
    let number = { (value: Double) in String(format: "%.4g", value) }
    let facts: [(String, String?)] = [
      ("steps", run.totalSteps.map { "\(run.step) of \($0)" } ?? (run.step > 0 ? "\(run.step)" : nil)),
      ("time", run.outcome?.seconds.durationText),
      ("peak memory", run.outcome?.peakMemory.map { number(Double($0) / 1_073_741_824) + " GiB" }),
      ("parameters", record?.parameters.map(String.init)),
      (
        "held-out reconstruction error",
        run.metrics.last { $0[.heldOutReconstruction] != nil }?[.heldOutReconstruction].map(number)
      ),
      ("last training reconstruction error", run.summedReconstruction(last?[.reconstruction]).map(number)),
      ("weight in the common unit", record?[.weightInCommonUnit]?.json),
      ("initial weights", record?.weightDigest.map(short)),
      ("batch order", record?.orderDigest.map(short)),
      ("data", record?.dataDigest.map(short)),
      ("built from", record?.program(unknown: "?")), ("machine", record?.machine),
    ]
    return facts.compactMap { name, value in value.map { .init(name, $0) } }
  }

  private static func short(_ digest: String) -> String { String(digest.prefix(7 + 12)) + "…" }

  /// The run's own, or what the ablation holds for a cell that has not begun.
  private func configuration(of run: ComparedRun) -> [ReportContent.Fact] {
    if let own = run.run?.configuration { return Self.leaves(of: own) }
    guard let ablation = collection.ablation,
      let cell = ablation.definition.cells.first(where: { $0.name == run.name }),
      let text = try? String(contentsOf: ablation.configurationURL(of: cell), encoding: .utf8),
      let tree = try? ConfigurationValue(yaml: text)
    else { return [] }
    return Self.leaves(of: tree)
  }

  /// Dotted keys and their values.
  static func leaves(of tree: ConfigurationValue, prefix: String = "") -> [ReportContent.Fact] {
    tree.members.flatMap { member -> [ReportContent.Fact] in
      if case .object(let members) = member.value, !members.isEmpty {
        return leaves(of: member.value, prefix: prefix + member.key + ".")
      }
      return [.init(prefix + member.key, member.value.text ?? member.value.json)]
    }
  }
}

extension String {
  /// `nil` where there is nothing.
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
