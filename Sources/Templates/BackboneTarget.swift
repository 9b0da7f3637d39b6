import Foundation

/// A backbone that is a SwiftPM target of its own: its folders in MoCA's repository, and its place in the manifest.
package struct BackboneTarget {
  /// Its type's name, and its folder's.
  package let type: String
  /// MoCA's repository.
  package let repository: URL
  private let manifest: String

  /// The target's name, and its module's.
  package var name: String { type + "Backbone" }
  package var manifestURL: URL { repository.appendingPathComponent("Package.swift") }
  package var file: URL { repository.appendingPathComponent("Sources/Backbones/\(type)/\(type).swift") }
  package var tests: URL { repository.appendingPathComponent("Tests/\(name)Tests/\(type)Tests.swift") }

  /// Where the manifest lists these backbones.
  private static var list: Regex<(Substring, Substring)> { /let backbones: \[String\] = \[([^\]]*)\]/ }

  /// The repository at `folder`, or `nil` where that is not MoCA's.
  package init?(type: String, in folder: URL) {
    self.type = type
    repository = folder
    let url = folder.appendingPathComponent("Package.swift")
    guard let text = try? String(contentsOf: url, encoding: .utf8), text.contains("name: \"MoCA\""),
      text.firstMatch(of: Self.list) != nil
    else { return nil }
    manifest = text
  }

  /// The manifest with this backbone in its list, each on a line of its own; as it is where the list has it.
  package var listed: String {
    guard let match = manifest.firstMatch(of: Self.list) else { return manifest }
    let names = match.1.matches(of: /"([^"]+)"/).map { String($0.1) }
    if names.contains(type) { return manifest }
    let lines = (names + [type]).map { "  \"\($0)\"" }.joined(separator: ",\n")
    // As the formatter wants it: no comma behind the only element.
    let list = "let backbones: [String] = [\n\(lines)\(names.isEmpty ? "" : ",")\n]"
    return manifest.replacingCharacters(in: match.range, with: list)
  }
}
