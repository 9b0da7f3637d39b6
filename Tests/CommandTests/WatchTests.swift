import Foundation
import Testing

@Suite("moca watch")
struct WatchTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace.withRun()
    let definition = """
      build: b
      device: cpu
      threads: 1
      scoring: {metrics: [], samples: 0, samplers: [], arguments: []}
      axes: {regularizer: [moca, mmd], training.seed: [0]}
      cells:
        - {name: one, key: k, at: [moca, 0]}
        - {name: two, key: l, at: [mmd, 0]}
      """
    try workspace.write(Data(definition.utf8), to: "runs/abl/ablation.yaml")
    try workspace.write(
      Data(#"{"host":"box","boot":"b","process":7,"started":0,"token":"t"}"#.utf8), to: "runs/abl/claims/one")
    try FileManager.default.createDirectory(
      at: workspace["runs/abl/cells"], withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: workspace["runs/tiny"], to: workspace["runs/abl/cells/one"])
  }

  @Test("in a log the table is printed once, without moving the cursor", arguments: [[], ["--once"]])
  func once(_ options: [String]) throws {
    let result = try workspace.moca(["watch", "abl"] + options)
    #expect(result.status == 0 && !result.output.contains("\u{1B}"), "\(result.errors)")
    let row = try #require(result.lines.first { $0.hasPrefix("moca") })
    for word in ["scoring", "3/3", "process 7 on box"] { #expect(row.contains(word), "\(row)") }
    #expect(
      result.lines.last?.hasPrefix("0 of 2 cells done, 1 waiting, 1 scoring") == true, "\(result.output)")
  }

  @Test("with --json it is all there, and runs lists the cell below the ablation")
  func programs() throws {
    let tree = try json(workspace.moca(["watch", "runs/abl", "--json"]).output) as? [String: Any]
    let cells = try #require(tree?["cells"] as? [[String: Any]])
    #expect(
      cells.map { $0["state"] as? String } == ["scoring", "waiting"] && cells[0]["process"] as? Int == 7)
    let listed = try workspace.moca(["runs"]).lines
    let title = try #require(listed.firstIndex(of: "runs/abl, 1 cell"))
    #expect(listed.dropFirst(title).contains { $0.hasPrefix("  one ") }, "\(listed)")
  }

  @Test(
    "what is no ablation is refused",
    arguments: [
      (["bla"], "no ablation \"bla\"; did you mean \"abl\"?"), (["runs/tiny"], "is not an ablation"),
      ([""], "no ablation \"\""), (["abl", "--interval", "0"], "--interval must be between"),
    ])
  func mistakes(_ words: [String], message: String) throws {
    let result = try workspace.moca(["watch"] + words)
    #expect(result.status == 64 && result.errors.contains(message), "\(result.errors)")
  }
}
