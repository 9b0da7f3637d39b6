import Foundation
import Testing

@Suite("Words that mean a kind, and settings in any order")
struct WordTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test(
    "describe lists what there is of a kind, singular or plural",
    arguments: [
      ("backbone", ["backbone=NAME (default: convolutional)", "encoder", "decoder", "infogan", "vit"]),
      ("memories", ["memory=NAME (default: the regularizer's own)", "momentum-queue"]),
      ("sampler", ["moca sample RUN --sampler NAME", "gmm", "second-stage"]),
      ("regularizer", ["regularizer=NAME (default: moca)", "koleo", "moca describe NAME"]),
    ])
  func kinds(_ word: String, parts: [String]) throws {
    let result = try workspace.moca(["describe", word])
    #expect(result.status == 0, "\(result.errors)")
    for part in parts { #expect(result.output.contains(part), "\(part) is not in:\n\(result.output)") }
  }

  @Test("describe prior says that the word is a sampler and a kind, in text and in JSON")
  func both() throws {
    let text = try workspace.moca(["describe", "prior"]).output
    #expect(text.contains("prior  sampler") && text.contains("prior  kind"), "\(text)")
    #expect(text.contains("hypersphere  uniform on the unit sphere"), "\(text)")
    let found = try json(workspace.moca(["describe", "prior", "--json"]).output) as? [[String: Any]]
    let kinds = try #require(found).compactMap { $0["kind"] as? String }
    #expect(kinds.first == "sampler" && kinds.dropFirst().allSatisfy { $0 == "prior" } && kinds.count > 5)
  }

  @Test("a kind that was mistyped is suggested")
  func suggestion() throws {
    let result = try workspace.moca(["describe", "bakbone"])
    #expect(result.status == 64 && result.errors.contains("did you mean \"backbone\"?"), "\(result.errors)")
  }

  @Test(
    "check says that it is for regularizers",
    arguments: [
      ("backbone vit", "\"backbone\" cannot be checked: the conformance kit is for regularizers only"),
      ("prior normal --size 4", "\"prior\" cannot be checked"),
      ("koleo", "write: moca check regularizer koleo"), ("--what", "unknown option '--what'"),
    ])
  func check(_ words: String, message: String) throws {
    let result = try workspace.moca(["check"] + words.split(separator: " ").map(String.init))
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
  }

  @Test("check without a word shows its help, and its subcommand is found")
  func help() throws {
    let bare = try workspace.moca(["check"])
    #expect(bare.status == 0 && bare.output.contains("regularizer") && !bare.output.contains("other"))
    #expect(try workspace.moca(["check", "regularizer", "--help"]).output.contains("conformance kit"))
  }

  @Test("settings of a memory hold whether they stand before or after the regularizer")
  func order() throws {
    let words = ["memory.capacity=64", "regularizer=decoupled-contrast"]
    let first = try workspace.moca(["train", "--dry-run"] + words)
    let second = try workspace.moca(["train", "--dry-run"] + words.reversed())
    #expect(first.status == 0 && first.output.contains("capacity: 64"), "\(first.errors)")
    #expect(first.output == second.output)
    let file = "memory:\n  capacity: 64\nregularizer: decoupled-contrast\n"
    try workspace.write(Data(file.utf8), to: "memory.yaml")
    #expect(try workspace.moca(["train", "--dry-run", "--config", "memory.yaml"]).output == first.output)
  }

  @Test("a regularizer named on the command line still forgets a file's settings of the memory")
  func layers() throws {
    try workspace.write(Data("memory:\n  capacity: 64\n".utf8), to: "memory.yaml")
    let result = try workspace.moca(
      ["train", "--dry-run", "--config", "memory.yaml", "regularizer=decoupled-contrast"])
    #expect(result.status == 0 && !result.output.contains("capacity: 64"), "\(result.errors)")
  }

  @Test(
    "a place where the system lets nobody write is the disk's fault, and a wrong name is the usage's",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self")))
  func unwritable() throws {
    let file = try workspace.moca(["new", "regularizer", "mine", "--output", "/proc/Mine.swift"])
    #expect(
      file.status == 74 && file.errors.contains("/proc/Mine.swift: cannot be created"), "\(file.errors)")
    let name = try workspace.moca(["new", "regularizer", "mine", "--output", "/proc/mine"])
    #expect(name.status == 64 && name.errors.contains("is no folder and does not end in .swift"))
  }

  @Test("whole numbers of samplers have an upper bound")
  func bounds() throws {
    let found = try json(workspace.moca(["describe", "sampler", "--json"]).output) as? [[String: Any]]
    for sampler in try #require(found) {
      for setting in try #require(sampler["settings"] as? [[String: Any]]) {
        let allowed = setting["allowed"] as? String ?? ""
        let isOpen = allowed.hasPrefix("a whole number") && !allowed.contains("between")
        #expect(!isOpen, "\(setting["key"] ?? ""): \(allowed)")
      }
    }
    #expect(try workspace.moca(["new", "regularizer", "mine"]).status == 0)
    let template = try String(contentsOf: workspace["Mine.swift"], encoding: .utf8)
    #expect(template.contains("null for as many as codes\", .between(2, 1_048_576)"))
  }
}
