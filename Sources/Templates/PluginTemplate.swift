import Foundation

/// The text of a new plugin's file, in which names stand for the ones that are chosen.
package struct PluginTemplate {
  /// What it makes, as in `regularizer`.
  package let kind: String
  /// The text, with ``typeMark`` and ``nameMark`` where the names go.
  package let text: String
  /// The lines that add the plugin to the catalogs, with the same marks, and the catalogs' properties.
  package let additions: [Addition]
  /// The text of its tests where it gets a target of its own, with the same marks.
  private(set) var tests: String?

  /// A line for a catalog.
  package struct Addition {
    /// The property of `Catalogs`.
    package let catalog: String
    /// What follows the type's name.
    package let suffix: String
    /// The file of this repository that has the catalog.
    package let file: String
  }

  package static let typeMark = "__Type__"
  package static let nameMark = "__name__"

  package static let all = [regularizer, backbone]

  /// The file for a name on the command line, such as `energy-distance`.
  package func file(named name: String) -> String { Self.fill(text, with: name) }

  /// The file of tests for a name, where there is one; import lines in the formatter's order.
  package func tests(named name: String) -> String? {
    guard let tests else { return nil }
    let lines = Self.fill(tests, with: name).split(separator: "\n", omittingEmptySubsequences: false)
    let imports = lines.prefix { $0.hasPrefix("import ") }
    return (imports.sorted() + lines.dropFirst(imports.count)).joined(separator: "\n")
  }

  /// The text with the names in their places.
  private static func fill(_ text: String, with name: String) -> String {
    text.replacingOccurrences(of: Self.typeMark, with: Self.typeName(of: name))
      .replacingOccurrences(of: Self.nameMark, with: name)
  }

  /// `EnergyDistance` for `energy-distance`.
  package static func typeName(of name: String) -> String {
    name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  /// Why a name cannot be used, or `nil`.
  package func objection(to name: String) -> String? {
    let isName = name.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil && name.count <= 40
    if !isName {
      return
        "\"\(name)\" is no name for a \(kind): use small letters, digits and single dashes, a letter first, "
        + "40 characters at most, as in energy-distance"
    }
    let type = Self.typeName(of: name)
    if words.contains(type) {
      return "\"\(name)\" would be the type \(type), a word that the file needs for something else; "
        + "choose another name"
    }
    return nil
  }

  /// The words of the text that mean something to the compiler, and the language's own.
  private var words: Set<String> {
    let code = text.replacing(/"""[\s\S]*?"""|"[^"\n]*"|\/\/[^\n]*/, with: " ")
    let words = code.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
    let common = [
      "Any", "Array", "Bool", "Data", "Date", "Dictionary", "Double", "Error", "Float", "Int", "Module",
      "Optional",
      "Prior", "Protocol", "Result", "Self", "Set", "String", "Type",
    ]
    return Set(words + common)
  }
}
