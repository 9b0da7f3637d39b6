import Foundation
import MoCAProtocols
import Runner
import Storage
import Synchronization
import Testing

@Suite("What a trainer reports, and which checkpoint it goes on from", .serialized)
struct TrainingEventTests {
  @Test("the events of a short training come in their order")
  func order() throws {
    let folder = try TemporaryFolder()
    let events = try train(in: folder)
    let packed = try #require(events.firstIndex(of: "packed"))
    #expect(packed > 0 && events[..<packed].allSatisfy { $0 == "packing" })
    #expect(
      events[(packed + 1)...] == [
        "started after 0 of 5", "logged 1", "step 1", "logged 2", "step 2", "step 3", "logged 4", "step 4",
        "evaluated 5", "logged 5", "saved 5", "step 5", "ended 5",
      ])
  }

  @Test("a damaged optimizer does not keep a model from being read, and is refused for a resume")
  func damagedOptimizer() throws {
    let folder = try TemporaryFolder()
    _ = try train(in: folder, "record.checkpoint=2", "record.keep=2")
    let run = try RunFolder(opening: folder["run"])
    let whole = try CheckpointFile.read(run.checkpointURL(step: 5)).records
    try damage(run.checkpointURL(step: 5)) { $0.hasPrefix("optimizer.") }
    #expect(try TrainedModel(StoredRun(run), catalogs: .tested).step == 5)
    let events = try train(in: folder, "record.checkpoint=2", "record.keep=2", resumes: true)
    #expect(
      events.filter { $0 != "packing" }.prefix(3) == ["packed", "passed over 5", "started after 4 of 5"])
    #expect(try CheckpointFile.read(run.checkpointURL(step: 5)).records == whole)
  }

  @Test("a model whose newest checkpoint is damaged in its networks is read from the one before it")
  func damagedNetworks() throws {
    let folder = try TemporaryFolder()
    _ = try train(in: folder, "record.checkpoint=2", "record.keep=2")
    let run = try StoredRun(RunFolder(opening: folder["run"]))
    try damage(run.folder.checkpointURL(step: 5)) { $0.hasPrefix("decoder.") }
    #expect(try TrainedModel(run, catalogs: .tested).step == 4)
    #expect(throws: CheckpointError.self) { try TrainedModel(run, catalogs: .tested, selection: .step(5)) }
    try damage(run.folder.checkpointURL(step: 4)) { $0.hasPrefix("encoder.") }
    let error = #expect(throws: CheckpointError.self) { try TrainedModel(run, catalogs: .tested) }
    #expect(error?.description.contains("step-00000005") == true)
  }

  /// Trains a tiny run and gives its events as words.
  private func train(
    in folder: TemporaryFolder, _ overrides: String..., resumes: Bool = false
  ) throws -> [String] {
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    options.resumes = resumes
    let layers = try (tinyOverrides + overrides).map { try Experiment.layer(override: $0) }
    let words = Words()
    _ = try Trainer(
      Experiment(layers, catalogs: .tested), catalogs: .tested, options: options, report: words.append
    ).run()
    return words.all
  }

  /// Changes a byte of a checkpoint that belongs to the tensors that `isHit` and to no other.
  private func damage(_ url: URL, _ isHit: (String) -> Bool) throws {
    let original = try Data(contentsOf: url)
    for index in stride(from: original.count - 1, to: 0, by: -max(1, original.count / 200)) {
      var bytes = original
      bytes[index] ^= 0xFF
      try bytes.write(to: url)
      let others = try? CheckpointFile.read(url, where: { !isHit($0) })
      if others != nil, (try? CheckpointFile.read(url, where: isHit)) == nil { return }
    }
    Issue.record("no byte belongs to these tensors alone")
  }
}

/// Collects events as words, from any thread.
private final class Words: Sendable {
  private let words = Mutex<[String]>([])

  var all: [String] { words.withLock { $0 } }

  @Sendable
  func append(_ event: TrainingEvent) {
    let word =
      switch event {
      case .packing: "packing"
      case .packed: "packed"
      case .passedOver(let checkpoint, _): "passed over \(checkpoint.step)"
      case .started(let completed, let total): "started after \(completed) of \(total)"
      case .evaluated(let step, _): "evaluated \(step)"
      case .logged(let step, let means):
        means.contains { $0.name == "loss" && $0.value.isFinite } ? "logged \(step)" : "logged nothing"
      case .saved(let step, _): "saved \(step)"
      case .step(let step): "step \(step)"
      case .ended(let step): "ended \(step)"
      }
    words.withLock { $0.append(word) }
  }
}
