import Foundation
import Testing

@Suite("The documentation")
struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let pages: [String] = {
    let folder = root.appendingPathComponent("Docs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
      + names.filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
  }()

  @Test("every relative link of a page leads to something", arguments: pages)
  func links(page: String) throws {
    let url = Self.root.appendingPathComponent(page)
    let text = try String(contentsOf: url, encoding: .utf8)
    for match in text.matches(of: /\]\(([^)#]+)(#[^)]*)?\)/) {
      let target = String(match.1)
      if target.contains("://") { continue }
      let file = url.deletingLastPathComponent().appendingPathComponent(target)
      #expect(FileManager.default.fileExists(atPath: file.path), "\(page) links to \(target)")
    }
  }

  @Test("the code of the page on adding parts is in the file of Examples that it names before")
  func examples() throws {
    let page = Self.root.appendingPathComponent("Docs/Adding.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let link = /\]\((\.\.\/Examples\/Sources\/[^)]+)\)/
    let blocks = text.matches(of: /```swift\n([\s\S]*?)```/)
    #expect(blocks.count >= 9)
    for block in blocks {
      let file = try #require(text[..<block.range.lowerBound].matches(of: link).last?.1)
      let source = try String(
        contentsOf: page.deletingLastPathComponent().appendingPathComponent(String(file)), encoding: .utf8)
      var rest = source[...]
      for part in block.1.split(separator: "…\n") {
        let found = try #require(rest.firstRange(of: part), "\(file) does not have, in this order:\n\(part)")
        rest = rest[found.upperBound...]
      }
    }
  }

  @Test("every file of Examples is on the page on adding parts")
  func exampleFiles() throws {
    let text = try String(contentsOf: Self.root.appendingPathComponent("Docs/Adding.md"), encoding: .utf8)
    let folder = Self.root.appendingPathComponent("Examples/Sources/mymoca")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count > 8)
    for name in names { #expect(text.contains("(../Examples/Sources/mymoca/\(name))"), "\(name) is missing") }
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  private static func swift(in folder: String) throws -> String {
    let url = root.appendingPathComponent(folder)
    let files = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)?.allObjects ?? []
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
  }

  @Test("every promise of SECURITY.md is held by a test of that name")
  func promises() throws {
    let tests = try Self.swift(in: "Tests")
    // The last column of the table, whose names stand in single asterisks.
    let names = try Self.text("SECURITY.md").split(separator: "\n").filter { $0.hasPrefix("| ") }
      .flatMap { $0.matches(of: /\*([^*|]+)\*/).map { String($0.1) } }
    #expect(names.count >= 20, "the table of promises was not found")
    for name in names { #expect(tests.contains("\"\(name)\""), "no test is called \"\(name)\"") }
  }

  @Test("the changelog has a section for the version that the program prints, and one for what comes next")
  func versions() throws {
    let version = try #require(try Self.swift(in: "Sources").firstMatch(of: /programVersion = "([^"]+)"/)).1
    let changelog = try Self.text("CHANGELOG.md")
    for section in ["Unreleased", String(version)] {
      let parts = changelog.components(separatedBy: "\n## ").filter { $0.hasPrefix(section + "\n") }
      let part = try #require(parts.count == 1 ? parts[0] : nil, "\(section) has no section, or several")
      for topic in ["Keys of configurations", "Files", "Names in checkpoints", "Commands"] {
        #expect(part.contains("\n### \(topic)\n"), "\(section) does not say what happened to: \(topic)")
      }
    }
  }
}
