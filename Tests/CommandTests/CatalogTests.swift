import Foundation
import Testing

@Suite("moca list, describe, inspect and help")
struct CatalogTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func objects(_ arguments: [String]) throws -> [[String: Any]] {
    let result = try workspace.moca(arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try #require(try json(result.output) as? [[String: Any]])
  }

  @Test("list names every plugin with its source, and every one of them can be described")
  func list() throws {
    let all = try objects(["list", "--json"])
    let names = all.compactMap { $0["name"] as? String }
    for name in ["moca", "mmd", "wae-gan", "sliced-wasserstein", "none", "hypersphere", "sprites", "images"] {
      #expect(names.contains(name))
    }
    #expect(all.allSatisfy { !($0["reference"] as? String ?? "").isEmpty })
    let text = try workspace.moca(["list"]).output
    #expect(names.allSatisfy { text.contains($0) })
    for name in Set(names) { #expect(try objects(["describe", name, "--json"]).count >= 1, "\(name)") }
  }

  @Test(
    "list takes a kind, its plural and patterns",
    arguments: [
      ("regularizer", 27), ("regularizers", 27), ("memories", 3), ("optimizers", 3), ("backbones", 10),
      ("wae*", 1),
      ("metrics", 13),
      ("*queue", 2),
      ("mm?", 1), ("moca", 1),
    ])
  func filters(_ filter: String, count: Int) throws {
    #expect(try objects(["list", filter, "--json"]).count == count)
  }

  @Test("describe shows keys as they are written, with defaults and bounds")
  func describe() throws {
    let text = try workspace.moca(["describe", "moca"]).output
    for part in ["regularizer.temperature", "0.1", "above 0", "arxiv.org/abs/2110.10303", "momentum-queue"] {
      #expect(text.contains(part), "\(text)")
    }
    let kind = try workspace.moca(["describe", "optimizer"]).output
    #expect(
      kind.contains("choose one with: optimizer=NAME (default: adam)") && kind.contains("sgd"), "\(kind)")
    let both = try objects(["describe", "convolutional", "--json"])
    #expect(both.compactMap { $0["kind"] as? String } == ["encoder", "decoder"])
    let settings = try #require(
      try objects(["describe", "training", "--json"])[0]["settings"] as? [[String: Any]])
    #expect(settings.contains { $0["key"] as? String == "training.steps" && $0["default"] is NSNull })
  }

  @Test("a metric is listed, described and offered by evaluate's help with its name and summary")
  func metrics() throws {
    let metrics = try objects(["list", "metric", "--json"])
    let help = try workspace.moca(["evaluate", "--help"]).output
    for metric in metrics {
      let name = try #require(metric["name"] as? String)
      #expect(help.contains("  \(name) "), "\(name)")
      let text = try workspace.moca(["describe", name]).output
      #expect(text.contains("moca evaluate RUN --metric \(name)"), "\(text)")
    }
  }

  @Test("inspect shows a checkpoint's tensors and a run's record, in text and JSON")
  func inspect() throws {
    let workspace = try Workspace.withRun()
    let path = workspace.checkpoint(3).path
    let text = try workspace.moca(["inspect", path]).output
    #expect(
      text.contains("encoder.projection.weight") && text.contains("8×32")
        && text.contains("moca-checkpoint-1"))
    let file = try #require(
      try json(workspace.moca(["inspect", path, "--json", "--verify"]).output) as? [String: Any])
    #expect((file["metadata"] as? [String: Any])?["step"] as? String == "3")
    let tensors = try #require(file["tensors"] as? [[String: Any]])
    #expect(
      tensors.contains { $0["name"] as? String == "memory.queue.keys" && $0["shape"] as? [Int] == [16, 8] })
    let run = try #require(try json(workspace.moca(["inspect", "tiny", "--json"]).output) as? [String: Any])
    #expect((run["record"] as? [String: Any])?["parameters"] as? Int == 36179)
    #expect((run["checkpoints"] as? [[String: Any]])?.count == 1)
    #expect(try workspace.moca(["inspect", "runs/tiny", "--verify"]).output.contains("every byte checked"))
  }

  @Test("the version names the program, libtorch and CUDA")
  func version() throws {
    let result = try workspace.moca(["--version"])
    #expect(result.status == 0)
    #expect(result.lines.map { $0.split(separator: " ")[0] } == ["moca", "libtorch", "CUDA"])
  }

  @Test(
    "help teaches by example",
    arguments: ["train", "sample", "reconstruct", "interpolate", "list", "describe", "inspect"])
  func help(_ command: String) throws {
    let result = try workspace.moca([command, "--help"])
    #expect(result.status == 0 && result.output.contains("Examples:\n  moca \(command)"))
    #expect(try workspace.moca([]).output.contains(command))
  }

  @Test("completion scripts are there for three shells", arguments: ["bash", "zsh", "fish"])
  func completion(_ shell: String) throws {
    let result = try workspace.moca(["--generate-completion-script", shell])
    #expect(result.status == 0 && result.output.contains("print-config"))
  }
}
