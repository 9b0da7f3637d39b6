import Foundation
import Testing

@Suite("The documentation")
struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let pages: [String] = {
    let folder = root.appendingPathComponent("Docs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return ["README.md", "CONTRIBUTING.md"]
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
}
