import Foundation
import Testing

@Suite("moca train")
struct TrainTests {
  @Test("a run ends with the paths of samples, reconstructions and its folder, which are there")
  func paths() throws {
    let workspace = try Workspace()
    let result = try workspace.moca(["train"] + Workspace.tiny + Workspace.queue)
    #expect(result.status == 0, "\(result.errors)")
    let last = result.lines.suffix(3).map { $0.split(separator: " ").map(String.init) }
    #expect(last.map(\.[0]) == ["samples", "reconstructions", "run"])
    #expect(last[2][1] == "runs/sprites-moca-seed0")
    for path in last.map(\.[1]) { #expect(workspace.has(path), "\(path)") }
    #expect(try pixels(of: workspace[last[0][1]])[0] > 8 * 28)
    #expect(result.output.contains("slicedWasserstein"))
    for text in ["58 images of 3×28×28", "6 held out", "36179 parameters", "in the common unit"] {
      #expect(result.errors.contains(text), "\(result.errors)")
    }
    #expect(!result.output.contains("\u{1B}") && !result.errors.contains("\u{1B}"))
  }

  @Test("with --json the scores and paths are JSON")
  func json() throws {
    let workspace = try Workspace()
    let result = try workspace.moca(["train", "--run", "tiny", "--json"] + Workspace.tiny + Workspace.queue)
    #expect(result.status == 0, "\(result.errors)")
    let tree = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let scores = tree?["scores"] as? [String: [String: Double]]
    #expect(tree?["steps"] as? Int == 3 && scores?["slicedWasserstein"]?["null"] != nil)
    let samples = try #require(tree?["samples"] as? String)
    #expect(FileManager.default.fileExists(atPath: samples))
  }

  @Test("runs without a name get names that are not taken")
  func names() throws {
    let workspace = try Workspace()
    for _ in 0..<2 {
      let result = try workspace.moca(["train", "--quiet", "regularizer=none"] + Workspace.tiny)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    }
    #expect(workspace.has("runs/sprites-none-seed0/run.yaml"))
    #expect(workspace.has("runs/sprites-none-seed0-2/run.yaml"))
  }

  @Test("a dry run prints the whole configuration, which trains the same, and writes nothing")
  func dryRun() throws {
    let workspace = try Workspace()
    let settings = ["regularizer=mmd", "--precision", "float32"] + Workspace.tiny
    let printed = try workspace.moca(["train", "--dry-run"] + settings)
    #expect(printed.status == 0 && workspace.contents.isEmpty, "\(printed.errors)")
    for line in ["  name: mmd", "  size: 8", "  steps: 3", "  precision: float32"] {
      #expect(printed.lines.contains(line), "\(printed.output)")
    }
    try workspace.write(Data(printed.output.utf8), to: "all.yaml")
    let again = try workspace.moca(["train", "--print-config", "--config", "all.yaml"])
    #expect(again.output == printed.output)
  }

  @Test("arguments win over the file")
  func layers() throws {
    let workspace = try Workspace()
    try workspace.write(Data("training: {steps: 7, seed: 5}\nregularizer: mmd\n".utf8), to: "a.yaml")
    let result = try workspace.moca(["train", "--dry-run", "--config", "a.yaml", "training.steps=9"])
    #expect(result.lines.contains("  steps: 9") && result.lines.contains("  seed: 5"))
    #expect(result.lines.contains("  name: mmd") && result.lines.contains("  name: batch"))
  }

  @Test("two regularizers with one seed start from the same weights, batches and reconstruction error")
  func fairness() throws {
    let workspace = try Workspace()
    let regularizers = ["moca", "sliced-wasserstein", "wae-gan"]
    for name in regularizers {
      let memory = name == "moca" ? Workspace.queue : []
      let arguments = ["train", "--quiet", "--run", name, "regularizer=\(name)"] + Workspace.tiny + memory
      let result = try workspace.moca(arguments)
      #expect(result.status == 0, "\(result.errors)")
    }
    for key in ["weightDigest", "orderDigest", "dataDigest"] {
      #expect(Set(try regularizers.map { try workspace.record(key, of: $0) ?? "" }).count == 1, "\(key)")
    }
    let first = try regularizers.map { try workspace.metrics(of: $0)[0]["reconstruction"] as? Double }
    #expect(first[0] != nil && Set(first).count == 1, "\(first)")
  }

  @Test("a memory larger than the set of images is warned about")
  func largeMemory() throws {
    let workspace = try Workspace()
    let result = try workspace.moca(["train", "--quiet", "memory.capacity=59"] + Workspace.tiny)
    #expect(result.status == 0)
    #expect(result.errors.contains("warning: the memory holds 59 codes, more than the 58 training images"))
  }

  @Test("a momentum copy that is slower than the run is warned about")
  func slowCopy() throws {
    let workspace = try Workspace()
    let slow = try workspace.moca(
      ["train", "--run", "slow", "--quiet"] + Workspace.tiny + ["training.steps=100"])
    #expect(slow.errors.contains("follows it in about 1000 steps, and the run has 100"), "\(slow.errors)")
    #expect(slow.errors.contains("memory.momentum=0.9 "))
    let quick = try workspace.moca(
      ["train", "--run", "quick", "--quiet", "memory.momentum=0.9"] + Workspace.tiny + ["training.steps=100"])
    #expect(quick.status == 0 && !quick.errors.contains("follows it"), "\(quick.errors)")
    let matrix = try workspace.moca(
      ["ablate", "regularizer=moca,mmd", "seed=0,1", "--dry-run"] + Workspace.tiny + ["training.steps=100"])
    let lines = matrix.errors.split(separator: "\n").filter { $0.contains("follows it") }
    #expect(lines.count == 1 && lines[0].contains("regularizer=moca: "), "\(matrix.errors)")
  }

  @Test("a full disk ends with exit code 74 and leaves the earlier checkpoint as it was")
  func fullDisk() throws {
    let workspace = try Workspace.withRun()
    let before = try Data(contentsOf: workspace.checkpoint(3))
    let more = ["train", "--run", "tiny", "--resume", "--quiet", "training.steps=6"]
    let full = try workspace.moca(more, fileBlocks: 600)
    #expect(full.status == 74, "\(full.errors)")
    #expect(full.errors.contains("error: ") && full.errors.contains("step-00000006.safetensors.zst"))
    #expect(try same(before, workspace.checkpoint(3)))
    #expect(!workspace.contents.contains { $0.contains("partial") || $0.contains("step-00000006.saf") })
    #expect(try workspace.moca(more).status == 0)
    #expect(FileManager.default.fileExists(atPath: workspace.checkpoint(6).path))
  }
}
