import Files
import Foundation
import PluginKit

/// What commands say beside their results: to standard error, in colour where that is a terminal.
package enum Console {
  /// Says why a command failed.
  package static func error(_ message: String) { write("error:", color: 31, message) }

  /// Says what a person may not have meant.
  package static func warning(_ message: String) { write("warning:", color: 33, message) }

  package static func note(_ message: String) {
    if !message.isEmpty { Terminal.standardError.write(message + "\n") }
  }

  private static func write(_ label: String, color: Int, _ message: String) {
    let terminal = Terminal.standardError
    let shown = terminal.hasColor ? "\u{1B}[1;\(color)m\(label)\u{1B}[0m" : label
    terminal.write("\(shown) \(message)\n")
  }

  /// `text` dimmed where standard output is a terminal with colours.
  package static func dimmed(_ text: String) -> String {
    Terminal.standardOutput.hasColor ? "\u{1B}[2m\(text)\u{1B}[0m" : text
  }

  /// `text` in bold where standard output is a terminal with colours.
  package static func bold(_ text: String) -> String {
    Terminal.standardOutput.hasColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }

  /// The columns that a table may take; `nil` where standard output is no terminal.
  package static var width: Int? {
    let terminal = Terminal.standardOutput
    return terminal.isInteractive ? terminal.width() : nil
  }

  /// A path as a person would write it: relative where it lies below the current folder.
  package static func path(_ url: URL) -> String { url.shownPath }

  /// Lines of a name and a value, the values below one another.
  package static func aligned(_ lines: [(String, String)]) -> String {
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { $0.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $1 }
      .joined(separator: "\n")
  }

  /// A number of bytes with a unit.
  package static func bytes(_ count: Int) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"]
    var (value, unit) = (Double(count), 0)
    while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(count) bytes" : String(format: "%.3g %@", value, units[unit])
  }

  /// `41 s`, `3 min 20 s`, `2 h 5 min`.
  package static func duration(_ seconds: Double) -> String { seconds.durationText }

  /// A number with four significant digits.
  package static func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
