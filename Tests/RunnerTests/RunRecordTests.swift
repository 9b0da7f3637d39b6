import Foundation
import MoCAProtocols
import Runner
import Testing

@Suite("The record of a run")
struct RunRecordTests {
  @Test("what is read from run.yaml is written again byte for byte", arguments: ["12", "auto"])
  func roundTrip(weight: String) throws {
    let folder = try TemporaryFolder()
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    let experiment = try tinyExperiment("regularizer.weight=\(weight)", "training.steps=2")
    let trainer = try Trainer(experiment, catalogs: .tested, options: options)
    _ = try trainer.run()
    let run = try StoredRun(RunFolder(opening: folder["run"]))
    let record = try #require(run.record)
    var file = run.configuration
    file["run"] = record.tree
    let text = try String(contentsOf: folder["run/run.yaml"], encoding: .utf8)
    #expect(try file.yaml == text)
    #expect(
      record.tree.members.map(\.key) == [
        "version", "libtorch", "device", "threads", "machine", "steps", "parameters", "weightInCommonUnit",
        "imageShape", "trainingImages", "heldOutImages", "dataDigest", "weightDigest", "orderDigest",
      ])
    #expect(record.steps == 2 && record.parameters == trainer.state.model.parameterCount)
    #expect(record.weightInCommonUnit == (weight == "auto" ? .automatic : 12))
    #expect(record.imageShape == trainer.data.images.shape && run.seed == 0)
    let copy = try JSONDecoder().decode(RunRecord.self, from: JSONEncoder().encode(record))
    #expect(copy == record)
  }

  @Test("what is missing or damaged is not known; the rest is")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let read = { (record: String) -> RunRecord? in
      try FileManager.default.createDirectory(at: folder["run"], withIntermediateDirectories: true)
      try Data("training: {seed: 3}\n\(record)".utf8).write(to: folder["run/run.yaml"])
      return try StoredRun(RunFolder(opening: folder["run"])).record
    }
    let record = try #require(
      try read("run: {steps: many, imageShape: [3, 10], machine: 7, threads: 2, dataDigest: d, other: 1}\n"))
    #expect(record.steps == nil && record.imageShape == nil && record.machine == nil && record.version == nil)
    #expect(record.threads == 2 && record.dataDigest == "d")
    #expect(record.tree["steps"] == nil && record.tree["dataDigest"] == .string("d"))
    #expect(try read("run: broken\n")?.tree == .empty)
    #expect(try read("") == nil)
  }
}
