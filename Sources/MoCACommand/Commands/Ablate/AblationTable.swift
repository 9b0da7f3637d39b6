import Ablation
import PluginKit
import Terminal

/// The status of an ablation as text for a terminal or a log.
package struct AblationTable {
  private let status: AblationStatus

  /// Lays out a status.
  package init(_ status: AblationStatus) { self.status = status }

  /// The lines, the totals last.
  ///
  /// - Parameters:
  ///   - width: Columns of the window; lines are cut to it.
  ///   - height: Lines of the window. Where it is too low the cells at which something happens stay.
  package func lines(width: Int? = nil, height: Int? = nil) -> [String] {
    let room = max(1, (height ?? .max) - Self.otherLines)
    let shown = status.cells.count <= room ? Array(status.cells.indices) : chosen(max(0, room - 1))
    var table = TextTable(columns: columns)
    for index in shown { table.append(row(status.cells[index])) }
    var lines = table.text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if shown.count < status.cells.count { lines.append(rest(of: Set(shown))) }
    lines += ["", totals]
    return width.map { width in lines.map { $0.fitted(to: max(1, width)) } } ?? lines
  }

  /// Titles and their rule, an empty line, the totals.
  private static let otherLines = 4

  /// The cells at which something happens first, then in the order of the matrix.
  private func chosen(_ count: Int) -> [Int] {
    let order: [AblationStatus.State] = [.training, .scoring, .failed, .waiting, .done]
    let ranked = order.flatMap { state in status.cells.indices.filter { status.cells[$0].state == state } }
    return ranked.prefix(count).sorted()
  }

  private func rest(of shown: Set<Int>) -> String {
    let hidden = status.cells.indices.filter { !shown.contains($0) }.map { status.cells[$0] }
    return "… and \(hidden.count) more (\(Self.counts(hidden)))"
  }

  /// `2 of 8 cells done, 1 training, 5 waiting, about 42 s left`
  private var totals: String {
    let others = status.cells.filter { $0.state != .done }
    let left = status.hasEnded ? nil : status.secondsLeft.map { "about \($0.durationText) left" }
    let parts = [
      "\(status.count(.done)) of \(status.cells.count) cells done", Self.counts(others), left ?? "",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private static func counts(_ cells: [AblationStatus.Cell]) -> String {
    AblationStatus.State.allCases.compactMap { state in
      let count = cells.count { $0.state == state }
      return count == 0 ? nil : "\(count) \(state.rawValue)"
    }.joined(separator: ", ")
  }

  private var columns: [TextTable.Column] {
    status.axes.map { .init($0) } + [
      "state", "steps", "left", "reconstruction", "loss", .init("by", title: ""),
    ]
  }

  private func row(_ cell: AblationStatus.Cell) -> [ConfigurationValue] {
    let steps = cell.totalSteps.map { "\(cell.step)/\($0)" } ?? (cell.step > 0 ? "\(cell.step)" : "")
    let rate = cell.state == .training ? cell.stepsPerSecond.map { "  \(shortNumber($0))/s" } ?? "" : ""
    return cell.coordinates.map { .string($0.value) } + [
      .string(cell.outcome?.rawValue ?? cell.state.rawValue),
      .string(steps + rate), .string(cell.secondsLeft?.durationText ?? ""),
      cell.reconstruction.map { .number($0) } ?? .null, cell.loss.map { .number($0) } ?? .null,
      .string(remark(on: cell)),
    ]
  }

  /// Who works on it, or why it failed.
  private func remark(on cell: AblationStatus.Cell) -> String {
    if let reason = cell.reason { return reason }
    let process = cell.process.map { "process \($0)" }
    return [process, cell.host].compactMap(\.self).joined(separator: " on ")
  }
}
