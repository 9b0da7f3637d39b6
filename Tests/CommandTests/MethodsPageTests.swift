import Foundation
import Testing

@Suite("Docs/Methods.md")
struct MethodsPageTests {
  /// A part of the page between its markers.
  struct Block: Sendable, CustomTestStringConvertible {
    let command: String
    let text: String

    var testDescription: String { command }
  }

  private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Docs/Methods.md")

  static let blocks: [Block] = {
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    return text.matches(of: /<!-- begin: ([^\n]*) -->\n([\s\S]*?)\n<!-- end -->/).map {
      Block(command: String($0.1), text: String($0.2))
    }
  }()

  private static let generated = blocks.filter { $0.command.hasPrefix("moca ") }

  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test("it has a generated part for every kind of method, and for what goes together")
  func kinds() throws {
    let kinds = ["regularizer", "prior", "posterior", "memory", "optimizer", "sampler", "backbone"]
    let expected = kinds.map { "moca list \($0) --markdown" } + ["moca list --matrix --markdown"]
    #expect(Set(expected).isSubset(of: Self.generated.map(\.command)))
  }

  @Test("the generated parts are what the program prints", arguments: generated)
  func upToDate(_ block: Block) throws {
    let arguments = block.command.split(separator: " ").dropFirst().map(String.init)
    let result = try workspace.moca(arguments)
    #expect(result.status == 0, "\(result.errors)")
    let isSame = result.output == block.text + "\n"
    #expect(isSame, "the page is older than the catalog: run Docs/Scripts/make_methods.sh")
  }

  @Test("every method says what it is, and every setting of a regularizer where its default comes from")
  func complete() throws {
    // `describe prior` would be the sampler of that name.
    let priors = try #require(
      try json(workspace.moca(["list", "prior", "--json"]).output) as? [[String: Any]])
    let kinds = ["regularizer", "posterior", "memory", "optimizer", "sampler", "encoder", "decoder"]
    for topic in kinds + priors.compactMap({ $0["name"] as? String }) {
      let result = try workspace.moca(["describe", topic, "--json"])
      for plugin in try #require(try json(result.output) as? [[String: Any]]) {
        let (kind, name) = (plugin["kind"] as? String ?? "", plugin["name"] as? String ?? "")
        #expect((plugin["about"] as? String)?.isEmpty == false, "\(kind) \(name) has no paragraph about it")
        guard ["regularizer", "optimizer"].contains(kind) else { continue }
        for setting in try #require(plugin["settings"] as? [[String: Any]]) {
          #expect((setting["source"] as? String)?.isEmpty == false, "\(name): \(setting["key"] ?? "")")
        }
      }
    }
  }
}
