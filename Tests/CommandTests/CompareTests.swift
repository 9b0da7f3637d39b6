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
    #expect(!latex.contains { "↓±≈–".contains($0) } && latex.contains("$\\downarrow$"))
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

  @Test("a damaged evaluation, a folder that is no run and an empty ablation are told apart")
  func damage() throws {
    let workspace = try workspace()
    try workspace.write(Data("{".utf8), to: "runs/tiny/evaluation/step.json")
    let damaged = try workspace.moca(["compare", "tiny", "other"])
    #expect(damaged.status == 65 && damaged.errors.contains("cannot be read as scores"), "\(damaged.errors)")
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
