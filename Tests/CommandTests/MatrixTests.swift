import Foundation
import Testing

@Suite("moca list --matrix")
struct MatrixTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private typealias Marks = [String: [String: Any]]

  /// A row: its regularizer, then marks by kind and name.
  private typealias Row = (name: String, kinds: [String: Marks])

  private static func rows(_ output: String) throws -> [Row] {
    let objects = try #require(try json(output) as? [[String: Any]])
    return try objects.map { object in
      let name = try #require(object["regularizer"] as? String)
      return (name, object.compactMapValues { $0 as? Marks })
    }
  }

  /// Everything, printed once for all tests.
  private static let printed = Result {
    let result = try Workspace().moca(["list", "--matrix", "--json"])
    try #require(result.status == 0, "\(result.errors)")
    return result.output
  }

  private func rows() throws -> [Row] { try Self.rows(Self.printed.get()) }

  private func rows(_ filter: String) throws -> [Row] {
    try Self.rows(workspace.moca(["list", "--matrix", "--json", filter]).output)
  }

  private func names(_ kind: String) throws -> [String] {
    let objects = try json(workspace.moca(["list", kind, "--json"]).output) as? [[String: Any]]
    return try #require(objects).compactMap { $0["name"] as? String }
  }

  @Test("it has every regularizer, prior, posterior and memory, and a mark or a reason for each pair")
  func complete() throws {
    let rows = try rows()
    #expect(try rows.map(\.name) == names("regularizer"))
    for kind in ["prior", "posterior", "memory"] {
      let columns = Set(try names(kind))
      for (name, kinds) in rows {
        let marks = try #require(kinds[kind])
        #expect(Set(marks.keys) == columns)
        #expect(marks.values.contains { $0["fits"] as? Bool == true }, "\(name) goes with no \(kind)")
        #expect(
          marks.values.allSatisfy {
            $0["fits"] as? Bool == true || ($0["reason"] as? String)?.isEmpty == false
          }, "\(name)")
      }
    }
  }

  @Test("what a regularizer uses by itself goes together")
  func standards() throws {
    for (name, kinds) in try rows() {
      for (kind, marks) in kinds {
        #expect(marks.values.filter { $0["standard"] as? Bool == true }.count == 1, "\(name): \(kind)")
      }
    }
  }

  @Test("MoCA needs the sphere, its memory is its own, and the control takes no memory")
  func known() throws {
    let rows = Dictionary(uniqueKeysWithValues: try rows().map { ($0.name, $0.kinds) })
    let moca = try #require(rows["moca"])
    #expect(
      moca["prior"]?["normal"]?["reason"] as? String
        == "the regularizer \"moca\" makes codes uniform on the unit sphere and cannot match this prior; "
        + "set prior=hypersphere, or choose another regularizer")
    #expect(moca["prior"]?["hypersphere"]?["standard"] as? Bool == true)
    #expect(moca["memory"]?["momentum-queue"]?["standard"] as? Bool == true)
    #expect(moca["memory"]?["queue"]?["fits"] as? Bool == true)
    let control = try #require(rows["none"])
    #expect(control["memory"]?["batch"]?["standard"] as? Bool == true)
    #expect(
      control["memory"]?["queue"]?["reason"] as? String
        == "no samples of codes are looked at, so a memory other than batch changes nothing")
  }

  @Test("what it refuses is refused by train, for the same reason")
  func agreesWithTraining() throws {
    let reason = try #require(
      try rows("moca")[0].kinds["prior"]?["normal"]?["reason"] as? String)
    let result = try workspace.moca(["train", "--dry-run", "prior=normal"])
    #expect(result.status == 64 && result.errors.contains(reason), "\(result.errors)")
  }

  @Test("as text it fits a terminal, and says why")
  func text() throws {
    let result = try workspace.moca(["list", "--matrix"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.lines
    let width = lines.filter { $0.contains("┌") || $0.contains("◆ ") && !$0.contains("goes") }.map(\.count)
      .max()
    #expect(try #require(width) <= 110)
    #expect(lines.contains { $0.hasSuffix("┌ momentum-queue (memory)") })
    #expect(lines.contains { $0.hasPrefix("moca ") && $0.contains("◆") && $0.contains("·") })
    #expect(result.output.contains("cannot match this prior; set prior=hypersphere"))
    for name in try names("regularizer") { #expect(lines.contains { $0.hasPrefix(name + " ") }, "\(name)") }
  }

  @Test("a pattern chooses rows, and one that fits no regularizer is refused")
  func filter() throws {
    #expect(try rows("sliced*").allSatisfy { $0.name.hasPrefix("sliced") })
    let table = try workspace.moca(["list", "--matrix", "--markdown", "mmd"])
    #expect(table.lines.contains { $0.hasPrefix("| `mmd` | ◆ | ") }, "\(table.output)")
    let refused = try workspace.moca(["list", "--matrix", "hypersphere"])
    #expect(refused.status == 64)
    #expect(
      refused.errors.contains("the rows of the matrix are regularizers, and none fits \"hypersphere\""),
      "\(refused.errors)")
    #expect(try workspace.moca(["list", "--json", "--markdown"]).status == 64)
  }
}
