import Backbones
import Datasets
import EventLog
import Foundation
import MoCAProtocols
import Optimizers
import Priors
import Regularizers
import Runner
import Storage
import Testing

@Suite("A run's event files")
struct RunEventsTests {
  @Test("hold every line of the metrics, every sample grid, the configuration and the end")
  func contents() throws {
    let folder = try TemporaryRuns()
    let outcome = try folder.train("a", "record.samples=3")
    let file = try #require(folder.events(of: "a").first)
    let records = try EventRecords(Data(contentsOf: file))
    let lines = try MetricsLog.read(RunFolder(opening: outcome.folder).metricsURL)
    let grids = records.holding("samples")
    #expect(folder.events(of: "a").count == 1)
    #expect(records.contents[0].range(of: Data("brain.Event:2".utf8)) != nil)
    #expect(lines.count == 4 && records.holding("loss/reconstruction").count == 4)
    #expect(records.holding("heldOut/slicedWasserstein").count == 1)
    #expect(records.holding("speed/stepSeconds").count == 4 && records.holding("schedule/epoch").count == 4)
    #expect(grids.count == 2)
    #expect(try grids.last?.range(of: Data(contentsOf: outcome.samples)) != nil)
    #expect(records.holding("reconstructions").count == 1)
    let settings = records.holding("_hparams_/session_start_info")
    #expect(settings.count == 1 && settings[0].range(of: Data("regularizer.temperature".utf8)) != nil)
    #expect(settings.first?.range(of: Data("record.".utf8)) == nil)
    #expect(records.contents.last?.range(of: Data("_hparams_/session_end_info".utf8)) != nil)
  }

  @Test("go on in a second file, behind the first by name, where a run is continued; the end is written once")
  func continued() throws {
    let folder = try TemporaryRuns()
    let interruption = Interruption()
    interruption.request()
    #expect(throws: TrainingError.self) { try folder.train("a", interruption: interruption) }
    let first = try #require(folder.events(of: "a").first)
    _ = try folder.train("a")
    let files = folder.events(of: "a")
    #expect(files.count == 2 && files[0] == first)
    let records = try files.map { try EventRecords(Data(contentsOf: $0)) }
    #expect(records.map { $0.holding("session_end_info").count } == [0, 1])
    #expect(records.map { $0.holding("loss/reconstruction").count } == [1, 3])
    #expect(records.map { $0.holding("brain.Event:2").count } == [1, 1])
  }

  @Test("are there no more after a run that was complete is asked for again")
  func complete() throws {
    let folder = try TemporaryRuns()
    _ = try folder.train("a")
    let before = try folder.events(of: "a").map { try Data(contentsOf: $0) }
    _ = try folder.train("a")
    #expect(try folder.events(of: "a").map { try Data(contentsOf: $0) } == before)
  }

  @Test("can be left out, and change nothing of the run")
  func none() throws {
    let folder = try TemporaryRuns()
    let runs = try [
      folder.train("with"), folder.train("without", "record.tensorboard=false"),
    ].map { try RunFolder(opening: $0.folder) }
    #expect(folder.events(of: "with").count == 1 && folder.events(of: "without").isEmpty)
    let checkpoints = try runs.map { try CheckpointFile.read($0.checkpointURL(step: 5)).records }
    #expect(checkpoints[0] == checkpoints[1])
    let lines = try runs.map { run in
      try MetricsLog.read(run.metricsURL).map { line in
        line.filter { !["stepSeconds", "imagesPerSecond", "regularizerShare"].contains($0.key) }
      }
    }
    #expect(lines[0] == lines[1])
  }

  @Test("say that a run failed whose loss was no number")
  func failed() throws {
    let folder = try TemporaryRuns()
    #expect(throws: TrainingError.self) { try folder.train("a", "optimizer.learningRate=1e30") }
    let file = try #require(folder.events(of: "a").first)
    let end = try EventRecords(Data(contentsOf: file)).holding("session_end_info")
    // HParamsPluginData of the HParams plugin: field 4, the end; its field 1, the status; 2, a failure.
    #expect(end.count == 1 && end[0].range(of: Data([0x22, 0x0B, 0x08, 0x02])) != nil)
  }
}

/// A folder of tiny runs that goes away with the test.
private final class TemporaryRuns {
  private let url: URL
  private let catalogs = Catalogs(
    DatasetCatalog.standard, EncoderCatalog.standard, DecoderCatalog.standard, PosteriorCatalog.standard,
    PriorCatalog.standard, RegularizerCatalog.standard, MemoryCatalog.standard, OptimizerCatalog.standard,
    SamplerCatalog.standard)

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("events-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Trains five steps, or goes on.
  @discardableResult
  func train(_ name: String, _ overrides: String..., interruption: Interruption = Interruption()) throws
    -> Trainer.Outcome
  {
    let tiny = [
      "dataset.count=96", "dataset.size=28", "backbone=perceptron", "backbone.hidden=[16]", "latent.size=8",
      "memory.capacity=40", "training.batch=16", "training.steps=5", "record.metrics=2",
    ]
    let layers = try (tiny + overrides).map { try Experiment.layer(override: $0) }
    var options = Trainer.Options(folder: url.appendingPathComponent(name))
    options.cacheFolder = url.appendingPathComponent("cache")
    options.resumes = true
    return try Trainer(
      Experiment(layers, catalogs: catalogs), catalogs: catalogs, options: options, interruption: interruption
    ).run()
  }

  /// The event files of a run, by name.
  func events(of name: String) -> [URL] {
    let folder = url.appendingPathComponent(name)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { EventLogWriter.seconds(ofFileName: $0) != nil }.sorted()
      .map { folder.appendingPathComponent($0) }
  }
}
