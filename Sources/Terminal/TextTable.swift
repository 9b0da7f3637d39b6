import PluginKit

/// A table for people, and the same rows as JSON for programs.
///
/// Cells are `ConfigurationValue`s: columns that hold only numbers are aligned to the right and shortened for
/// reading, while JSON has every digit.
package struct TextTable: Sendable, Equatable {
  /// A column: its key in JSON and its title for people.
  package struct Column: Sendable, Equatable, ExpressibleByStringLiteral {
    /// The key in JSON.
    package let key: String
    /// The title of the column.
    package let title: String

    /// Creates a column; the title is the key if nothing else is said.
    package init(_ key: String, title: String? = nil) {
      self.key = key
      self.title = title ?? key
    }

    package init(stringLiteral key: String) { self.init(key) }
  }

  /// The columns from left to right.
  package let columns: [Column]
  /// The rows from top to bottom, each with one cell per column.
  package private(set) var rows: [[ConfigurationValue]] = []

  /// Creates an empty table.
  package init(columns: [Column]) { self.columns = columns }

  /// Adds a row; it must have one cell per column.
  package mutating func append(_ row: [ConfigurationValue]) {
    guard row.count == columns.count else {
      fatalError("a row of \(row.count) cells in a table of \(columns.count) columns: \(row)")
    }
    rows.append(row)
  }
}

extension TextTable {
  /// An array of objects, one per line, keys in the order of the columns.
  package var json: String {
    let objects = rows.map { row in
      ConfigurationValue.object(zip(columns, row).map { .init($0.key, $1) }).json
    }
    return objects.isEmpty ? "[]" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]"
  }

  /// The aligned text, without a newline at the end.
  ///
  /// - Parameter width: Columns of the terminal. Where it is given, a last column of text is wrapped to it.
  package func text(width: Int? = nil) -> String {
    let cells = rows.map { $0.map(Self.text) }
    let isNumeric = columns.indices.map { column in
      let cells = rows.map { $0[column] }.filter { $0 != .null }
      return !cells.isEmpty && cells.allSatisfy { $0.double != nil }
    }
    var widths = columns.indices.map { column in
      ([columns[column].title] + cells.map { $0[column] }).map(\.columnCount).max() ?? 0
    }
    if let width, let last = widths.indices.last, !isNumeric[last] {
      let others = widths.dropLast().reduce(0) { $0 + $1 + 2 }
      widths[last] = min(widths[last], max(width - others, 20))
    }
    let rule = widths.map { String(repeating: "─", count: $0) }
    let lines = [columns.map(\.title), rule] + cells.flatMap { Self.wrapped($0, width: widths.last ?? 0) }
    return lines.map { line in
      let padded = line.indices.map { line[$0].padded(to: widths[$0], isTrailing: isNumeric[$0]) }
      return Self.withoutTrailingSpace(padded.joined(separator: "  "))
    }
    .joined(separator: "\n")
  }

  private static func text(_ cell: ConfigurationValue) -> String {
    switch cell {
    case .null: "–"
    case .boolean(let value): value ? "yes" : "no"
    case .integer(let value): String(value)
    case .number(let value): shortNumber(value, digits: 4)
    case .string(let text): text.printable
    case .list(let values): values.map(text).joined(separator: ", ")
    case .object: cell.json.printable
    }
  }

  /// A row as lines: the last cell's words, `width` columns at most where words allow it.
  private static func wrapped(_ row: [String], width: Int) -> [[String]] {
    guard let last = row.last, last.columnCount > width else { return [row] }
    var lines: [String] = []
    for word in last.split(separator: " ").map(String.init) {
      if let line = lines.last, line.columnCount + 1 + word.columnCount <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(word)
      }
    }
    let blanks = row.dropLast().map { _ in "" }
    return lines.enumerated().map { $0 == 0 ? row.dropLast() + [$1] : blanks + [$1] }
  }

  private static func withoutTrailingSpace(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}
