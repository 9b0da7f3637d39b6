import Foundation
import Testing

@Suite("moca runs")
struct RunsTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace.withRun()
    try FileManager.default.copyItem(at: workspace["runs/tiny"], to: workspace["runs/other"])
  }

  @Test("runs are listed with state, score and size, for people and for programs")
  func list() throws {
    let result = try workspace.moca(["runs"])
    #expect(result.status == 0, "\(result.errors)")
    let row = try #require(result.lines.first { $0.hasPrefix("tiny ") })
    for word in ["sprites", "moca", "momentum-queue", "3/3", "complete"] {
      #expect(row.contains(word), "\(row)")
    }
    #expect(result.lines.last?.hasPrefix("2 runs, ") == true)
    let tree = try json(workspace.moca(["runs", "--json", "--sort", "size"]).output) as? [[String: Any]]
    let run = try #require(tree?.first { ($0["path"] as? String)?.hasSuffix("runs/tiny") == true })
    #expect(run["step"] as? Int == 3 && run["seed"] as? Int == 0 && run["best"] is Double)
    #expect((run["bytes"] as? Int ?? 0) > 1000 && run["ablation"] is NSNull)
  }

  @Test("conditions and states choose runs")
  func conditions() throws {
    #expect(
      try workspace.moca(["runs", "regularizer=mo*", "training.steps=3"]).lines.last?.hasPrefix("2 runs")
        == true)
    let none = try workspace.moca(["runs", "regularizer=mmd"])
    #expect(none.status == 0 && none.output.isEmpty && none.errors == "no run fits\n")
    #expect(try workspace.moca(["runs", "--state", "training", "--json"]).output == "[]\n")
    #expect(try workspace.moca(["runs", "tiny"]).lines.last?.hasPrefix("1 run,") == true)
  }

  @Test(
    "what is mistyped is refused with the nearest match",
    arguments: [
      ("regulariser=moca", "did you mean \"regularizer\"?"), ("tyni", "did you mean \"tiny\"?"),
      ("training.sede=0", "did you mean \"training.seed\"?"), ("--state done", "unknown state \"done\""),
      ("prun", "did you mean \"prune\"?"), ("prune", "say what goes"), ("prune --keep all", "--keep must be"),
      ("prune --runs --keep 1", "exclude each other"),
    ])
  func mistakes(_ words: String, message: String) throws {
    let result = try workspace.moca(["runs"] + words.split(separator: " ").map(String.init))
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
  }

  @Test("nothing goes without --yes, and with it what was shown")
  func prune() throws {
    let more = ["train", "--run", "tiny", "--resume", "--quiet", "training.steps=6", "record.keep=9"]
    #expect(try workspace.moca(more + ["--threads", "1"]).status == 0)
    #expect(FileManager.default.fileExists(atPath: workspace.checkpoint(3).path))
    let shown = try workspace.moca(["runs", "prune", "tiny", "--keep", "latest", "--json"])
    let entry = try #require((try json(shown.output) as? [[String: Any]])?.first)
    #expect(entry["removed"] as? Bool == false && entry["checkpoints"] as? Int == 1)
    #expect(FileManager.default.fileExists(atPath: workspace.checkpoint(3).path))
    let done = try workspace.moca(["runs", "prune", "tiny", "--keep", "latest", "--yes"])
    #expect(done.status == 0 && done.output.contains(" freed\n"), "\(done.errors)")
    #expect(!FileManager.default.fileExists(atPath: workspace.checkpoint(3).path))
    #expect(FileManager.default.fileExists(atPath: workspace.checkpoint(6).path))
    let again = try workspace.moca(["runs", "prune", "tiny", "--keep", "latest", "--yes"])
    #expect(again.status == 0 && again.errors == "nothing to remove\n")
  }

  @Test("whole runs go where that is asked for, and no others")
  func wholeRuns() throws {
    let shown = try workspace.moca(["runs", "prune", "--runs", "other"])
    #expect(shown.status == 0 && shown.output.contains("nothing is removed without --yes"))
    #expect(workspace.has("runs/other/run.yaml"))
    #expect(try workspace.moca(["runs", "prune", "--runs", "other", "--yes"]).status == 0)
    #expect(!workspace.has("runs/other") && workspace.has("runs/tiny/run.yaml"))
  }

  @Test("without any run the list says so")
  func empty() throws {
    let result = try Workspace().moca(["runs"])
    #expect(result.status == 0 && result.output.isEmpty && result.errors.contains("moca train"))
  }
}
