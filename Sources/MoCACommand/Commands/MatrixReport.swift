import MoCAProtocols
import Runner
import Terminal

struct MatrixReport {
  private let matrix: CompatibilityMatrix

  init(_ matrix: CompatibilityMatrix) { self.matrix = matrix }

  /// The sign of a mark, for people.
  private static func sign(_ mark: CompatibilityMatrix.Mark) -> String {
    switch mark {
    case .standard: "◆"
    case .possible: "●"
    case .refused: "·"
    }
  }

  private static let legend =
    "◆ goes together and is what the regularizer uses by itself   "
    + "● goes together   · does not"

  /// The columns of each kind, as ranges of indices.
  private var groups: [Range<Int>] {
    ["prior", "posterior", "memory"].compactMap { kind in
      let indices = matrix.columns.indices.filter { matrix.columns[$0].kind == kind }
      guard let first = indices.first else { return nil }
      return first..<(first + indices.count)
    }
  }

  /// A table that fits a terminal: the names of the columns stand above one another.
  var text: String {
    let width = (matrix.rows.map(\.regularizer.count).max() ?? 0) + 2
    let head = matrix.columns.indices.map { index in
      let before = line { $0 < index ? "│" : $0 == index ? "┌" : nil }
      let column = matrix.columns[index]
      return String(repeating: " ", count: width) + before + " \(column.name) "
        + Console.dimmed("(\(column.kind))")
    }
    let rows = matrix.rows.map { row in
      row.regularizer.padding(toLength: width, withPad: " ", startingAt: 0)
        + line { Self.sign(row.marks[$0]) }
    }
    return ([Console.bold("what goes together")] + head + rows + ["", Self.legend] + reasons)
      .joined(separator: "\n")
  }

  /// One character for each column, up to the first that has none; the kinds stand apart.
  private func line(_ character: (Int) -> String?) -> String {
    var line = ""
    for group in groups {
      for index in group {
        guard let character = character(index) else { return Self.trimmed(line) }
        line += character + " "
      }
      line += " "
    }
    return Self.trimmed(line)
  }

  private static func trimmed(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  private var reasons: [String] {
    matrix.refusals.isEmpty
      ? []
      : [""]
        + matrix.refusals.map { refusal in
          Console.bold("\(refusal.regularizers.joined(separator: ", ")) × ")
            + "\(refusal.columns.joined(separator: ", ")): \(refusal.reason)"
        }
  }

  /// An array with an object for each regularizer.
  var json: String {
    let objects = matrix.rows.map { row in
      ConfigurationValue.object(
        [.init("regularizer", .string(row.regularizer))]
          + groups.map { group in
            .init(
              matrix.columns[group.lowerBound].kind,
              .object(group.map { .init(matrix.columns[$0].name, Self.tree(row.marks[$0])) }))
          })
    }
    return "[\n  " + objects.map(\.json).joined(separator: ",\n  ") + "\n]"
  }

  private static func tree(_ mark: CompatibilityMatrix.Mark) -> ConfigurationValue {
    switch mark {
    case .standard: .object([.init("fits", .boolean(true)), .init("standard", .boolean(true))])
    case .possible: .object([.init("fits", .boolean(true)), .init("standard", .boolean(false))])
    case .refused(let reason):
      .object([.init("fits", .boolean(false)), .init("reason", .string(reason))])
    }
  }

  /// A table for each kind of column, and the reasons as a list.
  var markdown: String {
    let tables = groups.map { group in
      let names = group.map { matrix.columns[$0].name }
      let kind = matrix.columns[group.lowerBound].kind
      let rows = matrix.rows.map { row in
        "| `\(row.regularizer)` | " + group.map { Self.sign(row.marks[$0]) }.joined(separator: " | ") + " |"
      }
      let rule = "|---|" + names.map { _ in ":-:|" }.joined()
      return (["| regularizer × \(kind) | " + names.joined(separator: " | ") + " |", rule] + rows)
        .joined(separator: "\n")
    }
    let reasons = matrix.refusals.map { refusal in
      "- \(refusal.regularizers.map { "`\($0)`" }.joined(separator: ", ")) × "
        + "\(refusal.columns.joined(separator: ", ")): \(Markdown.escaped(refusal.reason))"
    }
    return (tables + [Self.legend, reasons.joined(separator: "\n")]).filter { !$0.isEmpty }
      .joined(separator: "\n\n")
  }
}
