import Ablation
import Files
import Foundation
import MoCACommand
import Testing

/// A folder as `moca ablate` leaves it, written by hand.
private final class WrittenAblation {
  let folder: TemporaryFolder
  let now = Date()

  init(_ names: [String]) throws {
    folder = try TemporaryFolder()
    let cells = names.enumerated().map { "  - {name: \($1), key: k\($0), at: [\($1), 0]}" }
    try write(
      """
      build: b
      device: cpu
      threads: 1
      scoring: {metrics: [], samples: 0, samplers: [], arguments: []}
      axes: {regularizer: [\(names.joined(separator: ", "))], training.seed: [0]}
      cells:
      \(cells.joined(separator: "\n"))
      """, to: "ablation.yaml")
  }

  func write(_ text: String, to path: String, age: Double = 0) throws {
    let url = folder[path]
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    try FileManager.default.setAttributes(
      [.modificationDate: now.addingTimeInterval(-age)], ofItemAtPath: url.path)
  }

  func run(_ name: String, step: Int, of total: Int = 100) throws {
    try write(
      "training:\n  steps: null\nrun:\n  version: 1\n  steps: \(total)\n", to: "cells/\(name)/run.yaml")
    let lines = (1...max(1, step)).map {
      #"{"step":\#($0),"loss":9,"reconstruction":\#($0),"stepSeconds":0.5}"#
    }
    try write(lines.joined(separator: "\n") + "\n{\"step\":9", to: "cells/\(name)/metrics.jsonl")
  }

  func claim(_ name: String, age: Double = 0) throws {
    try write(
      #"{"host":"box","boot":"b","process":7,"started":0,"token":"t"}"#, to: "claims/\(name)", age: age)
  }

  func end(_ name: String, key: String, _ state: String, seconds: Double = 60) throws {
    try write(
      """
      {"key":"\(key)","state":"\(state)","reason":"because","seconds":\(seconds),"build":"b","command":"c","digests":{}}
      """, to: "outcomes/\(name).json")
  }

  func status() throws -> AblationStatus {
    try AblationStatus(of: AblationFolder(opening: folder.url), now: now)
  }
}

@Suite("The status of an ablation")
struct AblationStatusTests {
  @Test("each cell's state comes from its outcome, its claim and its log")
  func states() throws {
    let ablation = try WrittenAblation(["a", "b", "c", "d", "e", "f"])
    try ablation.run("b", step: 30)
    try ablation.claim("b", age: 100)
    try ablation.run("c", step: 100)
    try ablation.claim("c")
    try ablation.run("d", step: 40)
    try ablation.claim("d", age: 121)
    try ablation.end("e", key: "k4", "done")
    try ablation.end("f", key: "k5", "not finite")
    let status = try ablation.status()
    #expect(status.cells.map(\.state) == [.waiting, .training, .scoring, .waiting, .done, .failed])
    let training = status.cells[1]
    #expect(training.step == 30 && training.totalSteps == 100 && training.reconstruction == 30)
    #expect(training.stepsPerSecond == 2 && training.secondsLeft == 35)
    #expect(training.host == "box" && training.process == 7)
    #expect(status.cells[3].step == 40 && status.cells[3].process == nil)
    #expect(status.cells[5].outcome == .notFinite && status.cells[5].reason == "because")
    // 35 s in training, 0 in scoring, 55 s or 60 % of it for those that wait, by two workers.
    let expected: Double = (35.0 + 55.0 + 0.6 * 55.0) / 2.0
    #expect(status.secondsLeft == expected)
    #expect(!status.hasEnded && status.count(.waiting) == 2)
    let again = try JSONDecoder().decode(AblationStatus.self, from: JSONEncoder().encode(status))
    #expect(again == status)
  }

  @Test("a cell that diverged has its scores: it is done, and shown as what it is")
  func diverged() throws {
    let ablation = try WrittenAblation(["a", "b"])
    try ablation.end("a", key: "k0", "diverged")
    try ablation.end("b", key: "k1", "timed out")
    let status = try ablation.status()
    #expect(status.cells.map(\.state) == [.done, .failed] && status.cells[0].outcome == .diverged)
    let lines = AblationTable(status).lines()
    #expect(
      lines.contains { $0.hasPrefix("a ") && $0.contains("diverged") && $0.contains("because") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("b ") && $0.contains("timed out") }, "\(lines)")
    #expect(lines.last == "1 of 2 cells done, 1 failed", "\(lines)")
  }

  @Test("an outcome of another key is none, and without a worker no end is foretold")
  func otherKey() throws {
    let ablation = try WrittenAblation(["a", "b"])
    try ablation.end("a", key: "other", "done")
    try ablation.end("b", key: "k1", "done")
    let status = try ablation.status()
    #expect(status.cells.map(\.state) == [.waiting, .done] && status.secondsLeft == nil)
    try ablation.write("{", to: "outcomes/b.json")
    #expect(throws: StorageError.self) { try ablation.status() }
  }

  @Test("the last line of a long log is found, and a torn or foreign one is passed over")
  func tail() throws {
    let ablation = try WrittenAblation(["a"])
    try ablation.run("a", step: 2000, of: 3000)
    #expect(try ablation.status().cells[0].step == 2000)
    let padding = String(repeating: "x", count: 20000)
    try ablation.write("{\"step\":5,\"loss\":\"nan\"}\n\(padding)\n", to: "cells/a/metrics.jsonl")
    let cell = try ablation.status().cells[0]
    #expect(cell.step == 5 && cell.loss == nil)
    try ablation.write("", to: "cells/a/metrics.jsonl")
    #expect(try ablation.status().cells[0].step == 0)
  }

  @Test("a low window keeps the cells at which something happens, and no line is wider than it")
  func window() throws {
    let names = (0..<20).map { "cell\($0)" }
    let ablation = try WrittenAblation(names)
    for index in 0..<10 { try ablation.end(names[index], key: "k\(index)", "done") }
    try ablation.run("cell15", step: 3)
    try ablation.claim("cell15")
    let table = AblationTable(try ablation.status())
    #expect(table.lines().count == 24)
    let lines = table.lines(width: 50, height: 10)
    #expect(lines.count == 10 && lines.allSatisfy { $0.count <= 50 })
    #expect(lines.contains { $0.hasPrefix("cell15") && $0.contains("3/100") })
    #expect(lines.contains("… and 15 more (5 waiting, 10 done)"), "\(lines)")
    #expect(lines[9].hasPrefix("10 of 20 cells done, 9 waiting, 1 training"), "\(lines[9])")
  }

  @Test("a hundred cells are looked at in a moment")
  func speed() throws {
    let names = (0..<100).map { "cell\($0)" }
    let ablation = try WrittenAblation(names)
    for name in names {
      try ablation.run(name, step: 200, of: 300)
      try ablation.claim(name)
    }
    let folder = try AblationFolder(opening: ablation.folder.url)
    let time = try ContinuousClock().measure { _ = try AblationStatus(of: folder) }
    #expect(time < .seconds(1))  // 50 ms are meant, with optimisation and a free machine.
  }
}
