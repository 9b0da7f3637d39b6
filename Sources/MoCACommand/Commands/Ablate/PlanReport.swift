import Ablation
import MoCAProtocols
import Terminal

struct PlanReport {
  let plan: AblationPlan

  /// A row for each group of cells, and the sums.
  func text(width: Int?) -> String {
    table.text(width: width) + "\n\n"
      + Console.aligned([
        ("cells", String(plan.rows.reduce(0) { $0 + $1.cellCount })),
        ("time", "\(Console.duration(plan.seconds)) with \(plan.jobs) at a time"),
        ("memory", "\(Console.bytes(plan.peakMemory)) at the same time"),
        ("disk", Console.bytes(plan.bytes)),
      ])
      + "\n\nmeasured on \(CellMeasurement.steps) steps of one cell of each row; other work on this machine makes it longer"
  }

  var json: String {
    ConfigurationValue.object([
      .init("jobs", .integer(plan.jobs)), .init("seconds", .number(plan.seconds)),
      .init("peakMemory", .integer(plan.peakMemory)), .init("bytes", .integer(plan.bytes)),
      .init("groups", .list(plan.rows.map(tree))),
    ]).json
  }

  private func tree(_ row: AblationPlan.Row) -> ConfigurationValue {
    .object([
      .init("at", .object(row.coordinates.map { .init($0.axis, .string($0.value)) })),
      .init("cells", .integer(row.cellCount)), .init("steps", .integer(row.steps)),
      .init("stepSeconds", .number(row.cost.stepSeconds)),
      .init("regularizerShare", row.cost.regularizerShare.map { .number($0) } ?? .null),
      .init("scoringSeconds", .number(row.cost.scoringSeconds)),
      .init("peakMemory", .integer(row.cost.peakMemory)),
      .init("seconds", .number(row.seconds)), .init("bytes", .integer(row.bytes)),
    ])
  }

  private var table: TextTable {
    let axes = plan.rows.first?.coordinates.map(\.axis) ?? []
    var table = TextTable(
      columns: axes.map { .init($0) } + [
        "cells", "steps", .init("step", title: "a step"), .init("share", title: "regularizer"),
        .init("scores"), .init("cell", title: "a cell"), .init("memory"),
        .init("disk", title: "disk of a cell"),
      ])
    for row in plan.rows {
      let share = row.cost.regularizerShare.map { String(Int(($0 * 100).rounded())) + " %" } ?? "-"
      table.append(
        row.coordinates.map { .string($0.value) } + [
          .integer(row.cellCount), .integer(row.steps),
          .string(Console.number(row.cost.stepSeconds * 1000) + " ms"),
          .string(share), .string(Console.duration(row.cost.scoringSeconds)),
          .string(Console.duration(row.seconds)), .string(Console.bytes(row.cost.peakMemory)),
          .string(Console.bytes(row.bytes)),
        ])
    }
    return table
  }
}
