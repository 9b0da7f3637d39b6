import Comparison
import Foundation
import MoCAProtocols
import Runner
import Terminal

/// What `moca runs` prints: the runs of their own, then each ablation with its cells.
struct RunsReport {
  private let runs: [ListedRun]
  private let now = Date()

  init(_ runs: [ListedRun]) { self.runs = runs }

  var json: String {
    let columns: [TextTable.Column] = [
      "path", "ablation", "dataset", "regularizer", "memory", "seed", "step", "steps", "state", "best",
      "bytes",
      "changed", "remark",
    ]
    var table = TextTable(columns: columns)
    for run in runs {
      let texts = ["dataset", "regularizer", "memory"].map { key in
        run.value(key).map(ConfigurationValue.string) ?? .null
      }
      let ablation = run.ablation.map { ConfigurationValue.string($0.path) } ?? .null
      table.append(
        [.string(run.url.path), ablation] + texts + [
          seed(of: run), .integer(run.step), run.totalSteps.map { .integer($0) } ?? .null,
          .string(run.state.rawValue), run.best.map { .number($0) } ?? .null, .integer(run.byteCount),
          run.changed.map { .string($0.ISO8601Format()) } ?? .null,
          run.remark.map { .string($0) } ?? .null,
        ])
    }
    return table.json
  }

  var text: String {
    let ablations = runs.compactMap(\.ablation).uniqued()
    var blocks = [block(runs.filter { $0.ablation == nil }, below: nil)]
    blocks += ablations.map { url in block(runs.filter { $0.ablation == url }, below: url) }
    blocks.append(remarks)
    let total = Console.bytes(runs.reduce(0) { $0 + $1.byteCount })
    blocks.append("\(runs.count) run\(runs.count == 1 ? "" : "s"), \(total)")
    return blocks.filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private func block(_ runs: [ListedRun], below ablation: URL?) -> String {
    if runs.isEmpty { return "" }
    var table = TextTable(columns: [
      "name", "dataset", "regularizer", "memory", "seed", "steps", "state", "best", "size", "age",
    ])
    for run in runs {
      let texts = ["dataset", "regularizer", "memory"].map { ConfigurationValue.string(run.value($0) ?? "–") }
      let name = ablation == nil ? RunLocation.argument(for: run.url) : run.name
      let age = run.changed.map { Self.age(now.timeIntervalSince($0)) } ?? "–"
      table.append(
        [.string(name)] + texts + [
          seed(of: run), .string("\(run.step)/\(run.totalSteps.map(String.init) ?? "?")"),
          .string(run.state.rawValue), run.best.map { .number($0) } ?? .null,
          .string(Console.bytes(run.byteCount)), .string(age),
        ])
    }
    guard let ablation else { return table.text() }
    let lines = table.text().split(separator: "\n").map { "  " + $0 }
    return
      ([Console.bold(Console.path(ablation)) + ", \(runs.count) cell\(runs.count == 1 ? "" : "s")"] + lines)
      .joined(separator: "\n")
  }

  private var remarks: String {
    let damaged = runs.filter { $0.state == .damaged }
    return damaged.map { "note: \(Console.path($0.url)): \($0.remark ?? "damaged")" }.joined(separator: "\n")
  }

  private func seed(of run: ListedRun) -> ConfigurationValue {
    run.value(Experiment.seedKey).flatMap(Int.init).map { .integer($0) } ?? .null
  }

  /// `5 min`, `3 h`, `12 d`.
  private static func age(_ seconds: Double) -> String {
    switch max(0, seconds) {
    case ..<60: "now"
    case ..<3600: "\(Int(seconds / 60)) min"
    case ..<172_800: "\(Int(seconds / 3600)) h"
    default: "\(Int(seconds / 86400)) d"
    }
  }
}
