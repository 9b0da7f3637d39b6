import Foundation
import Testing

@Suite("moca diff")
struct DiffTests {
  @Test("a run and its repetition are the same, bit for bit")
  func same() throws {
    let workspace = try Workspace.withRun()
    let again = ["train", "--run", "again", "--quiet"] + Workspace.tiny + Workspace.queue
    #expect(try workspace.moca(again).status == 0)
    let result = try workspace.moca(["diff", "tiny", "again"])
    #expect(
      result.status == 0 && result.output.contains("the same, bit for bit, over 2 logged steps"),
      "\(result.output)")
    #expect(
      try (json(workspace.moca(["diff", "tiny", "again", "--json"]).output) as? [String: Any])?["isSame"]
        as? Bool == true)
  }

  @Test("two runs differ in keys, names of plugins first, and in the first step whose values differ")
  func different() throws {
    let workspace = try Workspace.withRun()
    let other =
      ["train", "--run", "other", "--quiet", "regularizer=mmd", "record.metrics=1"] + Workspace.tiny
    #expect(try workspace.moca(other).status == 0)
    let result = try workspace.moca(["diff", "tiny", "other"])
    #expect(result.status == 0, "\(result.errors)")
    let keys = result.lines.map { String($0.prefix { $0 != " " }) }
    let places = ["regularizer.name", "memory.name", "regularizer.temperature"].map {
      keys.firstIndex(of: $0) ?? -1
    }
    #expect(places == places.sorted() && places[0] > 0, "\(result.output)")
    #expect(
      result.output.contains("the same: data")
        && result.output.contains("left out: regularizer.name differs"))
    #expect(result.output.contains("too few steps") && !keys.contains("penalty"))
    let tree = try json(workspace.moca(["diff", "tiny", "other", "--json"]).output) as? [String: Any]
    let curves = try #require(tree?["curves"] as? [[String: Any]])
    // The first reconstruction comes from equal weights and images; the regularizer shows later.
    let first = try #require(curves.first { $0["quantity"] as? String == "reconstruction" })
    #expect(first["firstDifference"] as? Int == 3 && first["commonSteps"] as? Int == 2)
  }

  @Test("a run that is not there is refused with the nearest")
  func missing() throws {
    let workspace = try Workspace.withRun()
    let result = try workspace.moca(["diff", "tiny", "tyni"])
    #expect(result.status == 64 && result.errors.contains("did you mean \"tiny\"?"), "\(result.errors)")
    try workspace.write(Data("a: [".utf8), to: "runs/bad/run.yaml")
    #expect(try workspace.moca(["diff", "tiny", "bad"]).status == 64)
  }
}
