import Ablation
import Comparison
import Files
import Foundation
import MoCAProtocols
import Reports
import Tables
import Terminal

/// What `moca ablate` shows at its end: the cells that failed, the comparison of the others, and the paths.
struct AblationResult {
  let folder: AblationFolder
  /// Only these cells were asked for.
  let only: Set<String>
  let writesReport: Bool
  let isQuiet: Bool

  /// Prints it.
  ///
  /// - Throws: A ``Failure`` where a cell has no scores.
  func show(json: Bool) throws {
    let cells = folder.definition.cells.filter { only.isEmpty || only.contains($0.name) }
    let outcomes = try cells.map { (cell: $0, outcome: try folder.outcome(of: $0)) }
    if json { print(tree(outcomes).json) }
    let report = try writesReport ? self.report() : nil
    let isCompared = !json && only.isEmpty && outcomes.contains { $0.outcome?.isScored == true }
    if isCompared {
      let comparison = try Comparison(
        RunCollection(folder), options: Comparison.Options(),
        regularizers: CommandContext.catalogs.regularizers)
      print(CompareText(comparison).text(width: Console.width) + "\n")
      let places = [("report", report.map(Console.path) ?? ""), ("ablation", Console.path(folder.url))]
      print(Console.aligned(places.filter { !$0.1.isEmpty }))
      fflush(nil)  // Before what goes to the other stream.
    }
    let failed = outcomes.filter { $0.outcome?.isScored != true }
    if !failed.isEmpty {
      // The comparison's notes have said it where there is one.
      if !json, !isCompared { print(failed.map(words).joined(separator: "\n")) }
      throw Failure(
        .other,
        "\(failed.count) of \(cells.count) cells have no result; see \(Console.path(folder.url))/logs, repeat one with "
          + "the command above, or start again: moca ablate \(Console.path(folder.url).shellWord), with --redo NAME "
          + "for one that was not finite")
    }
  }

  private func report() throws -> URL {
    var options = ReportBuilder.Options()
    options.advice = ReportBuilder.hints
    options.command = "moca report \(Console.path(folder.url).shellWord)"
    let progress = StageProgress(isQuiet: isQuiet)
    try ReportCommand.write(RunCollection(folder), options, to: folder.reportURL, progress)
    return folder.reportURL
  }

  /// A cell without a result: how it ended, and what repeats it.
  private func words(_ cell: AblationCell, _ outcome: CellOutcome?) -> String {
    let step = outcome?.step.map { " at step \($0)" } ?? ""
    let reason = outcome?.reason.map { ": \($0)" } ?? ""
    return
      "\(cell.name): \(outcome?.state.rawValue ?? "not run")\(step)\(reason)\n  \(folder.command(of: cell))"
  }

  private func tree(_ cells: [(cell: AblationCell, outcome: CellOutcome?)]) -> ConfigurationValue {
    .list(
      cells.map { cell, outcome in
        .object([
          .init("name", .string(cell.name)), .init("key", .string(cell.key)),
          .init("at", .object(cell.coordinates.map { .init($0.axis, .string($0.value)) })),
          .init("state", .string(outcome?.state.rawValue ?? "not run")),
          .init("step", outcome?.step.map { .integer($0) } ?? .null),
          .init("seconds", outcome.map { .number($0.seconds) } ?? .null),
          .init("peakMemory", outcome?.peakMemory.map { .integer($0) } ?? .null),
          .init("reason", outcome?.reason.map { .string($0) } ?? .null),
          .init("command", .string(folder.command(of: cell))),
        ])
      })
  }
}
