import Mustache

/// The templates, the style and the script, which are part of the program.
enum Templates {
  /// What sections and values of a template see.
  typealias Fields = [String: Any]

  /// The template of the whole page.
  static func page() throws -> MustacheTemplate {
    try MustacheTemplate(string: text(PackageResources.page_mustache))
  }

  /// The templates that others include, by their names.
  static func parts() throws -> MustacheLibrary {
    var library = MustacheLibrary()
    try library.register(text(PackageResources.section_mustache), named: "section")
    try library.register(text(PackageResources.table_mustache), named: "table")
    try library.register(text(PackageResources.figure_mustache), named: "figure")
    try library.register(text(PackageResources.strip_mustache), named: "strip")
    try library.register(text(PackageResources.cell_mustache), named: "cell")
    return library
  }

  /// How the page looks.
  static var style: String { text(PackageResources.report_css) }

  /// What the page does beyond being read.
  static var script: String { text(PackageResources.report_js) }

  /// A text that may be missing: an empty section, rather than a look at the enclosing ones.
  static func optional(_ text: String?) -> Any {
    guard let text, !text.isEmpty else { return false }
    return clean(text)
  }

  /// A text without the control characters that XML forbids.
  static func clean(_ text: String) -> String {
    let isAllowed = { (scalar: Unicode.Scalar) in
      scalar == "\n" || scalar == "\t"
        || scalar.value >= 32 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
    }
    guard !text.unicodeScalars.allSatisfy(isAllowed) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isAllowed($0) ? $0 : "\u{FFFD}" }))
  }

  /// Names and values.
  static func fields(of facts: [ReportContent.Fact]) -> [Fields] {
    facts.map { ["name": clean($0.name), "value": clean($0.value)] }
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
