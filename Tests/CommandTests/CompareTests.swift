import Foundation
import Testing

@Suite("moca compare")
struct CompareTests {
  /// Two trained runs of two regularizers, trained once and copied.
  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try FileManager.default.copyItem(at: Self.trained.get()["runs"], to: workspace["runs"])
    return workspace
  }

  private static let trained = Result {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["train", "--run", "other", "regularizer=none"] + Workspace.tiny)
    try #require(result.status == 0, "\(result.errors)")
    return workspace
  }

  @Test("two runs stand in one table with their pairing; one seed marks nothing")
  func table() throws {
    let workspace = try workspace()
    let result = try workspace.moca(["compare", "tiny", "other"])
    #expect(result.status == 0, "\(result.errors)")
    for word in [
      "heldOutReconstruction ↓", "from the training's log", "one seed: no interval", "pairing, seed 0",
    ] {
      #expect(result.output.contains(word), "\(word) is not in:\n\(result.output)")
    }
    #expect(!result.output.contains("NOT PAIRED") && !result.output.contains(" *"))
    let single = try workspace.moca(["compare", "tiny"])
    #expect(single.status == 0 && single.output.contains("tiny"), "\(single.errors)")
  }

  @Test("JSON, CSV, Markdown and LaTeX hold the same values")
  func formats() throws {
    let workspace = try workspace()
    let format = { (name: String) in try workspace.moca(["compare", "tiny", "other", "--\(name)"]).output }
    let tree = try #require(json(format("json")) as? [String: Any])
    let columns = try #require(tree["columns"] as? [[String: Any]])
    let entries = try #require(columns.first?["entries"] as? [[String: Any]])
    let means = entries.compactMap { $0["mean"] as? Double }
    #expect(means.count == 2 && (tree["groups"] as? [Any])?.count == 2 && tree["pairing"] != nil)
    let csv = try format("csv").split(whereSeparator: \.isNewline)
    #expect(csv.first?.hasSuffix("run,seed,state,subject,score,origin,order,value") == true)
    #expect(csv.count == 1 + 2 * columns.count && csv.contains { $0.hasSuffix(",\(means[0])") })
    let shown = means.map { String(format: "%.4g", $0) }
    let (markdown, latex) = (try format("markdown"), try format("latex"))
    for value in shown { #expect(markdown.contains("| \(value) |") && latex.contains("& \(value) &")) }
    #expect(markdown.contains("1 seed per group") && latex.contains("\\toprule"))
    #expect(!latex.contains("↓") && latex.contains("$\\downarrow$"))
  }

  @Test("with three seeds every format gives intervals, and marks the winner or those not told apart")
  func seeds() throws {
    let workspace = try workspace()
    // Copies whose last held-out error and seed are changed: one pair of groups far apart, one not.
    for (name, errors) in [("tiny", [10.0, 11, 12]), ("other", [20, 21.2, 22.1])] {
      for (seed, error) in errors.enumerated() {
        let copy = workspace["runs/\(name)\(seed)"]
        try FileManager.default.copyItem(at: workspace["runs/\(name)"], to: copy)
        try Self.edit(copy.appendingPathComponent("run.yaml")) { text in
          let parts = text.split(separator: "\ntraining:\n", maxSplits: 1)
          return parts[0] + "\ntraining:\n" + parts[1].replacing("  seed: 0", with: "  seed: \(seed)")
        }
        try Self.edit(copy.appendingPathComponent("metrics.jsonl")) {
          $0.replacing(/"heldOutReconstruction":[^,}]*/, with: "\"heldOutReconstruction\":\(error)")
            .replacing(
              /"heldOut.meanNorm":[^,}]*/,
              with: "\"heldOut.meanNorm\":\(0.1 * error.truncatingRemainder(dividingBy: 4))")
        }
      }
    }
    let runs = (0..<3).flatMap { ["tiny\($0)", "other\($0)"] }
    let compare = { (format: [String]) in
      try workspace.moca(
        ["compare"] + runs + ["--metric", "heldOutReconstruction", "--metric", "heldOut.meanNorm"] + format)
    }
    let text = try compare([])
    #expect(text.status == 0, "\(text.errors)")
    for word in [
      "11 ± 1 *", " ≈", "is told from every other group", "not told apart", "95 % interval", "10.1",
      "pairing, seeds 0, 1, 2: 2 runs have the same",
    ] {
      #expect(text.output.contains(word), "\(word) is not in:\n\(text.output)")
    }
    let markdown = try compare(["--markdown"]).output
    #expect(markdown.contains("**11 ± 1**") && markdown.contains(" ≈ |"), "\(markdown)")
    #expect(markdown.contains("10.1 [") && markdown.contains("(Holm)"), "\(markdown)")
    let latex = try compare(["--latex"]).output
    #expect(latex.contains("\\textbf{11 $\\pm$ 1}") && !latex.contains { "↓±≈–".contains($0) }, "\(latex)")
    let csv = try compare(["--csv"]).output.split(whereSeparator: \.isNewline)
    #expect(csv.count == 1 + 6 * 2)
    let tree = try #require(json(compare(["--json"]).output) as? [String: Any])
    let columns = try #require(tree["columns"] as? [[String: Any]])
    let kinds = columns.compactMap { ($0["verdict"] as? [String: Any])?["kind"] as? String }
    #expect(kinds == ["winner", "not told apart"])
  }

  private static func edit(_ file: URL, _ change: (String) -> String) throws {
    try change(String(contentsOf: file, encoding: .utf8)).write(to: file, atomically: true, encoding: .utf8)
  }

  @Test(
    "what cannot be is refused with what to do",
    arguments: [
      (["tiny", "othr"], 64, "did you mean \"other\"?"),
      (["tiny", "tiny"], 64, "named twice"),
      (["tiny", "runs/tiny"], 64, "named twice"),
      (["tiny", "other", "--metric", "heldOutReconstructio"], 64, "did you mean \"heldOutReconstruction\"?"),
      (["tiny", "other", "--by", "regulariser"], 64, "did you mean \"regularizer\"?"),
      (["tiny", "other", "--reference", "nun"], 64, "is not one group"),
      (["tiny", "--json", "--csv"], 64, "one format at a time"),
      (["tiny", "--all", "--metric", "fid"], 64, "leave out --metric"),
      ([], 64, "name the runs"),
    ])
  func refusals(_ arguments: [String], status: Int32, message: String) throws {
    let result = try workspace().moca(["compare"] + arguments)
    #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test("runs before their end are sent on to training and scoring")
  func unfinished() throws {
    let workspace = try workspace()
    try Self.edit(workspace["runs/tiny/run.yaml"]) { $0.replacing("steps: 3\n", with: "steps: 9\n") }
    let result = try workspace.moca(["compare", "tiny"])
    #expect(result.status == 65)
    let message =
      "error: none of the runs was trained to its end and has a score: continue them with moca train --resume, and "
      + "score them with moca evaluate RUN\n"
    #expect(result.errors.hasSuffix(message), "\(result.errors)")
  }

  @Test("a damaged evaluation, a folder that is no run and an empty ablation are told apart")
  func damage() throws {
    let workspace = try workspace()
    try workspace.write(Data("{".utf8), to: "runs/tiny/evaluation/step.json")
    let damaged = try workspace.moca(["compare", "tiny", "other"])
    let advice =
      "/runs/tiny/evaluation/step.json cannot be read as scores; remove it and run moca evaluate again\n"
    #expect(damaged.status == 65 && damaged.errors.hasSuffix(advice), "\(damaged.errors)")
    try workspace.write(Data("x".utf8), to: "empty/file")
    let empty = try workspace.moca(["compare", "./empty"])
    #expect(empty.status == 64 && empty.errors.contains("is not a run"), "\(empty.errors)")
    try workspace.write(Data("axes: 3".utf8), to: "runs/matrix/ablation.yaml")
    let matrix = try workspace.moca(["compare", "matrix"])
    #expect(matrix.status == 74 && matrix.errors.contains("not a whole description"), "\(matrix.errors)")
    let both = try workspace.moca(["compare", "matrix", "other"])
    #expect(both.status == 64 && both.errors.contains("is an ablation; name it alone"), "\(both.errors)")
  }
}
