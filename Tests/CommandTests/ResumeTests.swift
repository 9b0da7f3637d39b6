import Foundation
import Testing

@Suite("moca train --resume")
struct ResumeTests {
  @Test(
    "Ctrl-C saves and ends with exit code 130; the command it names goes on to the same bits as a run never stopped"
  )
  func interruption() throws {
    let workspace = try Workspace()
    let settings = Workspace.tiny + Workspace.queue + ["record.metrics=1"]
    // The bar's first line comes after the first line of the metrics.
    let cut = try workspace.moca(
      ["train", "--run", "cut"] + settings + ["training.steps=1000000"], sending: SIGINT,
      onceSaid: "train   0%")
    #expect(cut.status == 130, "\(cut.errors)")
    #expect(cut.errors.contains("continue with: moca train --run cut --resume"), "\(cut.errors)")
    let text = cut.errors
    let words = text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
    let position = try #require(words.firstIndex(of: "interrupted"))
    let step = try #require(Int(words[position + 3]))
    #expect(FileManager.default.fileExists(atPath: workspace.checkpoint(step, of: "cut").path))

    let more = "training.steps=\(step + 3)"
    let resumed = try workspace.moca(["train", "--run", "cut", "--resume", "--quiet", more])
    #expect(resumed.status == 0, "\(resumed.errors)")
    let whole = try workspace.moca(["train", "--run", "whole", "--quiet"] + settings + [more])
    #expect(whole.status == 0, "\(whole.errors)")
    let end = try Data(contentsOf: workspace.checkpoint(step + 3, of: "whole"))
    #expect(try same(end, workspace.checkpoint(step + 3, of: "cut")))
    let losses = try ["cut", "whole"].map { run in
      try workspace.metrics(of: run).map { $0["loss"] as? Double ?? .nan }
    }
    #expect(losses[0] == losses[1] && losses[0].count == step + 3)
  }

  @Test("SIGTERM saves too")
  func termination() throws {
    let workspace = try Workspace()
    let arguments =
      ["train", "--run", "cut"] + Workspace.tiny + ["training.steps=1000000", "regularizer=none"]
    let result = try workspace.moca(arguments, sending: SIGTERM, onceSaid: "train   0%")
    #expect(result.status == 130, "\(result.errors)")
    #expect(workspace.contents.contains { $0.hasSuffix(".safetensors.zst") })
  }

  @Test("a complete run is left as it is and says so")
  func complete() throws {
    let workspace = try Workspace.withRun()
    let before = try Data(contentsOf: workspace.checkpoint(3))
    let result = try workspace.moca(["train", "--run", "tiny", "--resume"])
    #expect(result.status == 0 && result.output.contains("the run was complete before"), "\(result.errors)")
    #expect(try same(before, workspace.checkpoint(3)))
  }

  @Test("another configuration is refused with the difference, and nothing changes")
  func differentConfiguration() throws {
    let workspace = try Workspace.withRun()
    let before = try Data(contentsOf: workspace["runs/tiny/run.yaml"])
    let arguments = ["train", "--run", "tiny", "--resume", "optimizer.learningRate=0.5", "training.steps=9"]
    let result = try workspace.moca(arguments)
    #expect(result.status == 64)
    #expect(result.errors.contains("optimizer.learningRate: 0.001 → 0.5"), "\(result.errors)")
    #expect(
      result.errors.hasSuffix(
        "\nleave the overrides out to continue it, or start another run with --run\n"), "\(result.errors)")
    #expect(try same(before, workspace["runs/tiny/run.yaml"]))
    #expect(!FileManager.default.fileExists(atPath: workspace.checkpoint(9).path))
  }

  @Test("a run that is not there yet is started, and said to be")
  func notThere() throws {
    let workspace = try Workspace()
    let result = try workspace.moca(
      ["train", "--run", "new", "--resume", "regularizer=none"] + Workspace.tiny)
    #expect(
      result.status == 0 && result.errors.contains("there is no run in runs/new yet"), "\(result.errors)")
  }
}
