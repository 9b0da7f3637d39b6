import PluginKit

/// One state of a progress bar, and how it is laid out in a given number of columns.
struct ProgressLine {
  var label: String
  var unit: String
  var completed: Int
  var total: Int?
  /// Units per second, once known.
  var rate: Double?
  var details: [(String, Double)] = []

  private static let barWidths = 10...24

  /// The part done, from 0 to 1; `nil` without a total.
  var fraction: Double? {
    guard let total else { return nil }
    return total > 0 ? min(max(Double(completed) / Double(total), 0), 1) : 1
  }

  /// The line for a log: everything, no bar.
  var plain: String { ([head] + tail).joined(separator: "  ").printable }

  /// The line for a terminal, at most `width` columns. Details go first when it is narrow, then the bar.
  func fitted(to width: Int, hasColor: Bool) -> String {
    let head = head.printable
    guard let fraction else { return joined(head, within: width) }
    let room = width - head.columnCount - 2
    guard room >= Self.barWidths.lowerBound else { return head.fitted(to: width) }
    let rest = joined("", within: room - Self.barWidths.lowerBound)
    let barWidth = min(room - rest.columnCount, Self.barWidths.upperBound)
    return "\(head)  \(Self.bar(fraction, width: barWidth, hasColor: hasColor))\(rest)"
  }

  private var head: String {
    guard let fraction else { return label }
    let percent = "\(Int(fraction * 100))%"
    return "\(label) \(percent.padded(to: 4, isTrailing: true))"
  }

  private var tail: [String] {
    var parts = [total.map { "\(completed)/\($0)" } ?? "\(completed) \(unit)"]
    if let rate, rate > 0 {
      parts.append(rate >= 1 ? "\(shortNumber(rate)) \(unit)/s" : "\(shortNumber(1 / rate)) s/\(singular)")
      let remaining = max(0, (total ?? 0) - completed)
      if remaining > 0 { parts.append("eta \((Double(remaining) / rate).durationText)") }
    }
    return parts + details.map { "\($0.0) \(shortNumber($0.1))" }
  }

  private var singular: String { unit.hasSuffix("s") ? String(unit.dropLast()) : unit }

  /// `start` followed by as many of the tail's parts as fit.
  private func joined(_ start: String, within width: Int) -> String {
    var line = start.fitted(to: width)
    for part in tail.map(\.printable) {
      guard line.columnCount + 2 + part.columnCount <= width else { break }
      line += "  " + part
    }
    return line
  }

  private static func bar(_ fraction: Double, width: Int, hasColor: Bool) -> String {
    let halves = Int(fraction * Double(2 * width))
    let isHalf = halves % 2 == 1
    let filled = String(repeating: "━", count: halves / 2) + (isHalf ? "╸" : "")
    let empty = String(repeating: "─", count: width - halves / 2 - (isHalf ? 1 : 0))
    return hasColor ? "\u{1B}[36m\(filled)\u{1B}[2;39m\(empty)\u{1B}[0m" : filled + empty
  }
}
