import Foundation

/// Text for pages that are generated.
package enum Markdown {
  /// Text whose characters mean nothing to Markdown, but for what stands between backticks.
  package static func escaped(_ text: String) -> String {
    text.components(separatedBy: "`").enumerated().map { index, part in
      index % 2 == 1 ? part : outsideCode(part)
    }
    .joined(separator: "`")
  }

  /// An underscore between letters and a bracket without a link are plain text anyway.
  private static func outsideCode(_ text: String) -> String {
    text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: "*", with: "\\*").replacing(/\b_\B|\B_\b|\B_\B/, with: "\\_")
  }

  /// A table with one line for each row. Bars in a cell are escaped, line breaks become spaces.
  package static func table(_ titles: [String], _ rows: [[String]]) -> String {
    let lines = [titles, titles.map { _ in "---" }] + rows
    return lines.map { cells in
      let shown = cells.map {
        $0.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "\n", with: " ")
      }
      return "| " + shown.joined(separator: " | ") + " |"
    }
    .joined(separator: "\n")
  }
}
