import Comparison
import Files
import Foundation
import PluginKit
import Runner
import Storage
import Testing

/// Writes a run without training one.
private func writeRun(
  _ url: URL, regularizer: String, seed: Int = 0, step: Int = 10, checkpoints: [Int] = []
) throws {
  let folder = try RunFolder(creating: url)
  try folder.commit(
    configuration: """
      dataset: {name: sprites, count: 64}
      regularizer: {name: \(regularizer), weight: 1.0}
      memory: {name: batch}
      training: {seed: \(seed)}
      record: {best: reconstruction}
      run: {steps: 10}

      """)
  let log = try MetricsLog(folder.metricsURL)
  for index in 1...step {
    try log.append(step: index, [("heldOutReconstruction", index == 3 ? 2.5 : Double(20 + index))])
  }
  for step in checkpoints {
    try CheckpointFile.write([], metadata: ["step": "\(step)"], to: folder.checkpointURL(step: step))
    try folder.markLatest(step: step)
  }
  if let first = checkpoints.first { try folder.markBest(step: first) }
}

@Suite("Listing and pruning runs")
struct RunListingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func listing() -> RunListing { RunListing([folder.url]) }

  @Test("runs are found at any depth, with state, score and size; a damaged one is listed too")
  func found() throws {
    try writeRun(folder["a"], regularizer: "moca")
    try writeRun(folder["group/b"], regularizer: "mmd", step: 4)
    try FileManager.default.createDirectory(at: folder["c"], withIntermediateDirectories: true)
    try Data("a: [".utf8).write(to: folder["c/run.yaml"])
    let runs = listing().runs
    #expect(runs.map(\.name) == ["a", "c", "b"])
    #expect(runs.map(\.state) == [.complete, .damaged, .interrupted])
    #expect(runs[0].best == 2.5 && runs[0].step == 10 && runs[0].totalSteps == 10)
    #expect(runs[0].byteCount > 0 && runs[1].remark?.contains("YAML") == true)
  }

  @Test("a run whose lock is held is in training, and is not touched")
  func training() throws {
    try writeRun(folder["a"], regularizer: "moca", checkpoints: [2, 5])
    let held = try RunFolder(resuming: folder["a"])
    let runs = listing().runs
    #expect(runs[0].state == .training && runs[0].remark?.hasPrefix("process ") == true)
    let item = try #require(try RunPruning(runs, keeping: .latest).items.first)
    #expect(item.refusal?.description.hasPrefix("in use by another process (process ") == true)
    #expect(item.byteCount == 0)
    withExtendedLifetime(held) {}
  }

  @Test("conditions take names, patterns and numbers, and an unknown key is refused with the nearest")
  func conditions() throws {
    try writeRun(folder["a"], regularizer: "moca", seed: 1)
    try writeRun(folder["b"], regularizer: "mmd", seed: 1)
    try writeRun(folder["c"], regularizer: "moca", seed: 2)
    let names = { (conditions: [(key: String, pattern: String)]) in
      try listing().filtered(conditions).runs.map(\.name)
    }
    #expect(try names([("regularizer", "moca")]) == ["a", "c"])
    #expect(try names([("regularizer", "m?c*"), ("training.seed", "1.0")]) == ["a"])
    #expect(try names([("regularizer.weight", "1")]).count == 3)
    #expect(try names([("dataset", "mnist")]).isEmpty)
    #expect(try names([("seed", "2")]) == ["c"])
    for (key, nearest) in [
      ("regularizer.wieght", "regularizer.weight"), ("regulariser", "regularizer"),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try names([(key, "1")]) }
      #expect(error?.description.contains("did you mean \"\(nearest)\"?") == true, "\(key)")
    }
  }

  @Test(
    "what stays is what was asked for, and the bytes shown are those that come free",
    arguments: [
      (RunPruning.Rest.latest, [9]), (.best, [2]), (.both, [2, 9]), (.newest(2), [2, 7, 9]),
    ])
  func checkpoints(_ rest: RunPruning.Rest, kept: [Int]) throws {
    try writeRun(folder["a"], regularizer: "moca", checkpoints: [2, 5, 7, 9])
    let before = listing().runs[0].byteCount
    let pruning = try RunPruning(listing().runs, keeping: rest)
    let item = try #require(pruning.items.first)
    #expect(item.refusal == nil && listing().runs[0].byteCount == before)
    let freed = try pruning.remove(item)
    let run = try RunFolder(opening: folder["a"])
    #expect(try run.checkpoints().map(\.step) == kept && run.latest?.step == kept.last)
    #expect(freed == before - listing().runs[0].byteCount && freed >= item.byteCount)
    #expect(try RunPruning(listing().runs, keeping: rest).items.isEmpty)
  }

  @Test("a file that has another name elsewhere frees nothing")
  func hardLinks() throws {
    try writeRun(folder["a"], regularizer: "moca", checkpoints: [2, 5])
    let old = try RunFolder(opening: folder["a"]).checkpointURL(step: 2)
    try FileManager.default.linkItem(at: old, to: folder["copy"])
    let item = try #require(try RunPruning(listing().runs, keeping: .latest).items.first)
    #expect(item.urls.map(\.lastPathComponent) == [old.lastPathComponent] && item.byteCount == 0)
  }

  @Test("checkpoints stay where only a damaged one would be left")
  func damaged() throws {
    try writeRun(folder["a"], regularizer: "moca", checkpoints: [2, 5])
    try Data("x".utf8).write(to: RunFolder(opening: folder["a"]).checkpointURL(step: 5))
    let item = try #require(try RunPruning(listing().runs, keeping: .latest).items.first)
    #expect(item.refusal?.description.hasPrefix("what would stay cannot be read: ") == true)
    #expect(try RunPruning(listing().runs, keeping: .best).items.first?.refusal == nil)
  }

  @Test("a finished cell of an ablation is refused, and goes where that is asked for; so does a whole run")
  func cells() throws {
    for name in ["x", "y"] { try writeRun(folder["abl/cells/\(name)"], regularizer: name, step: 4) }
    try Data("a: b".utf8).write(to: folder["abl/ablation.yaml"])
    try FileManager.default.createDirectory(at: folder["abl/outcomes"], withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: folder["abl/outcomes/x.json"])
    let runs = listing().runs
    #expect(runs.allSatisfy { $0.ablation?.lastPathComponent == "abl" })
    let items = try RunPruning(runs, keeping: .nothing).items
    #expect(items[0].refusal == .finishedCell && items[1].refusal == nil)
    let pruning = try RunPruning(runs, keeping: .nothing, includesDone: true)
    // A process that takes a cell after the look is left alone.
    let claim = folder["abl/claims/x"]
    try FileManager.default.createDirectory(at: folder["abl/claims"], withIntermediateDirectories: true)
    try Data(#"{"host":"elsewhere","boot":"b","process":1,"started":0,"token":"t"}"#.utf8).write(to: claim)
    let error = #expect(throws: StorageError.self) { try pruning.remove(pruning.items[0]) }
    #expect(error?.description.contains("process 1 on elsewhere") == true, "\(String(describing: error))")
    try FileManager.default.removeItem(at: claim)
    for item in pruning.items { #expect(try pruning.remove(item) == item.byteCount) }
    #expect(listing().runs.isEmpty && RunListing([folder["abl/cells/x"]]).runs.isEmpty)
  }

  @Test(
    "a cell is guarded by its outcome and its claim through any link, and is listed once",
    arguments: ["link/x", "link", "x-link", "other/cells/z", ""])
  func links(_ path: String) throws {
    for name in ["x", "y"] { try writeRun(folder["abl/cells/\(name)"], regularizer: name, step: 4) }
    for path in ["abl/ablation.yaml", "other/ablation.yaml", "abl/outcomes/x.json", "abl/claims/y"] {
      let url = folder[path]
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let owner = #"{"host":"box","boot":"b","process":7,"started":0,"token":"t"}"#
      try Data(owner.utf8).write(to: url)
    }
    try FileManager.default.createDirectory(at: folder["other/cells"], withIntermediateDirectories: true)
    for (link, target) in [
      ("link", "abl/cells"), ("x-link", "abl/cells/x"), ("other/cells/z", "abl/cells/x"),
    ] {
      try FileManager.default.createSymbolicLink(at: folder[link], withDestinationURL: folder[target])
    }
    let listing = RunListing([path.isEmpty ? folder.url : folder[path]])
    #expect(listing.runs.count == (["link", ""].contains(path) ? 2 : 1))
    let items = try RunPruning(listing.runs, keeping: .nothing).items
    let refusals = items.map { $0.refusal?.description ?? "none" }.sorted()
    #expect(refusals[0].hasPrefix("a finished cell"), "\(refusals)")
    #expect(items.count == 1 || refusals[1] == "process 7 on box works on this cell", "\(refusals)")
  }
}
