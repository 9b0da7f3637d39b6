import Foundation
import Testing

@Suite("moca report")
struct ReportCommandTests {
  private static let threads = ["--threads", "1"]

  @Test("a run's page goes into its folder, holds its pictures, and replaces itself")
  func run() throws {
    let workspace = try Workspace.withRun()
    let trained = try workspace.moca(["train", "--run", "more"] + Workspace.tiny + ["dataset.count=200"])
    #expect(trained.status == 0, "\(trained.errors)")
    let first = try workspace.moca(["report", "more", "--samples", "4"] + Self.threads)
    #expect(first.status == 0 && first.output == "runs/more/report.html\n", "\(first.errors)")
    let page = try String(contentsOf: workspace["runs/more/report.html"], encoding: .utf8)
    for word in [
      "<title>", "Samples", "Reconstructions", "Interpolation 1", "Angles between codes", "moca train",
    ] {
      #expect(page.contains(word), "\(word) is not in the page")
    }
    // Four samples, four originals, four reconstructions, two paths of four steps.
    #expect(page.components(separatedBy: "data:image/png;base64,").count - 1 >= 20)
    #expect(try workspace.moca(["report", "more", "--samples", "4"] + Self.threads).status == 0)
  }

  @Test("several runs share a page; a file that is there is replaced only with --force")
  func runs() throws {
    let workspace = try Workspace.withRun()
    try FileManager.default.copyItem(at: workspace["runs/tiny"], to: workspace["runs/other"])
    let arguments = ["report", "tiny", "other", "--samples", "2"] + Self.threads
    let first = try workspace.moca(arguments)
    #expect(first.status == 0 && first.output == "report.html\n", "\(first.errors)")
    let again = try workspace.moca(arguments)
    #expect(again.status == 64 && again.errors.contains("--force"), "\(again.errors)")
    let last = try workspace.moca(arguments + ["--output", "two runs.html"])
    #expect(last.status == 0, "\(last.errors)")
    let page = try String(contentsOf: workspace["two runs.html"], encoding: .utf8)
    #expect(
      page.contains("moca report tiny other --output &#39;two runs.html&#39; --samples 2 --threads 1")
        || page.contains("moca report tiny other --output 'two runs.html' --samples 2 --threads 1"))
  }

  @Test("the cells of an ablation are shown as they ended, those without a run as well")
  func ablation() throws {
    let workspace = try Workspace.withRun()
    try Self.makeAblation(in: workspace)
    let result = try workspace.moca(["report", "matrix", "--samples", "2"] + Self.threads)
    #expect(result.status == 0 && result.output == "runs/matrix/report.html\n", "\(result.errors)")
    let page = try String(contentsOf: workspace["runs/matrix/report.html"], encoding: .utf8)
    for word in ["moca_seed0", "mmd_seed0", "not finite", "penalty &lt; 0", "--run mmd_seed0"] {
      #expect(page.contains(word), "\(word) is not in the page")
    }
  }

  @Test("data that changed leaves out what needs it, and says so")
  func changedData() throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["report", "tiny", "dataset.count=63"] + Self.threads)
    #expect(result.status == 0, "\(result.errors)")
    let page = try String(contentsOf: workspace["runs/tiny/report.html"], encoding: .utf8)
    #expect(page.contains("have changed since the run was trained") && page.contains("Samples"))
    #expect(!page.contains("Reconstructions"))
  }

  @Test("a run without a checkpoint still has a report")
  func withoutCheckpoint() throws {
    let workspace = try Workspace.withRun()
    try FileManager.default.removeItem(at: workspace["runs/tiny/checkpoints"])
    let result = try workspace.moca(["report", "tiny"] + Self.threads)
    #expect(result.status == 0, "\(result.errors)")
    let page = try String(contentsOf: workspace["runs/tiny/report.html"], encoding: .utf8)
    #expect(page.contains("tiny has no pictures"))
    #expect(
      page.contains(
        "No run has scores of its codes against the prior; moca evaluate RUN --metric latent makes them."))
  }

  @Test(
    "what cannot be is refused with what to do",
    arguments: [
      (["tinny"], "did you mean \"tiny\"?"), ([], "name a run or an ablation"),
      (["tiny", "tiny"], "named twice"), (["tiny", "--by", "prior"], "is no key in which the runs differ"),
      (["tiny", "--samples", "0"], "--samples must be between"), (["absent/run"], "no such run folder"),
      (["tiny", "--output", "runs"], "is a folder"), (["tiny", "--output", "away/x.html"], "make it first"),
      (["tiny", "dataset.cout=9"], "dataset.count"),
    ])
  func refusals(_ arguments: [String], message: String) throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["report"] + arguments + Self.threads)
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
    #expect(!workspace.has("runs/tiny/report.html"))
  }

  /// One cell that is done and one that ended before it had a folder.
  private static func makeAblation(in workspace: Workspace) throws {
    let definition = """
      build: test
      device: cpu
      threads: 1
      scoring: {metrics: [], samples: 10, samplers: [], arguments: []}
      axes: {regularizer: [moca, mmd], training.seed: ["0"]}
      cells:
      - {name: moca_seed0, key: a, at: [moca, "0"]}
      - {name: mmd_seed0, key: b, at: [mmd, "0"]}
      """
    try workspace.write(Data(definition.utf8), to: "runs/matrix/ablation.yaml")
    let outcome = """
      {"key": "b", "state": "not finite", "reason": "penalty < 0", "step": 2, "seconds": 1.5, "build": "b", "command": "train again",
       "digests": {}}
      """
    try workspace.write(Data(outcome.utf8), to: "runs/matrix/outcomes/mmd_seed0.json")
    try FileManager.default.createDirectory(
      at: workspace["runs/matrix/cells"], withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: workspace["runs/tiny"], to: workspace["runs/matrix/cells/moca_seed0"])
  }
}
