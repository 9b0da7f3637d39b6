import Ablation
import Comparison
import Evaluation
import Files
import Foundation
import MoCAProtocols
import Runner
import Testing

/// Folders that the program of commit 0486a4f left, as people have them; `Tests/Fixtures/golden/make.sh` made them.
@Suite("Files written by version 0.1.0 are read")
struct GoldenFilesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["run", "ablation"] {
      let golden = packageRoot.appendingPathComponent("Tests/Fixtures/golden/\(name)")
      try FileManager.default.copyItem(at: golden, to: folder[name])
    }
  }

  private func run() throws -> StoredRun { try StoredRun(RunFolder(opening: folder["run"])) }

  @Test("the configuration resolves to itself, key by key, and to the same text")
  func configuration() throws {
    let stored = try run()
    let experiment = try stored.experiment(.tested)
    #expect(experiment.tree == stored.configuration)
    let file = try String(contentsOf: stored.folder.configurationURL, encoding: .utf8)
    #expect(try file.hasPrefix(experiment.tree.yaml))
  }

  @Test("the record of a run has its facts")
  func record() throws {
    let record = try #require(try run().record)
    #expect(record.imageShape == ImageShape(channels: 3, height: 8, width: 8))
    #expect(record.dataDigest?.hasPrefix("sha256:720c6faa") == true)
  }

  @Test("the latest and the best checkpoint give a model")
  func model() throws {
    for selection in [TrainedModel.Selection.latest, .best, .step(6)] {
      let model = try TrainedModel(run(), catalogs: .tested, selection: selection)
      #expect(model.step == 6 && model.model.parameterCount == 3348)
      let prior = try Catalogs.tested.samplers.entry(named: "prior").make(
        .empty, "sampler", model.samplerContext)
      #expect(model.sample(2, from: prior, seed: 0).shape == [2, 3, 8, 8])
    }
  }

  @Test("a run is continued from its checkpoint")
  func resume() throws {
    var options = Trainer.Options(folder: folder["run"])
    options.resumes = true
    options.cacheFolder = folder["cache"]
    let configuration = try run().configuration
    let longer = try Experiment(
      [configuration, Experiment.layer(override: "training.steps=8")], catalogs: .tested)
    let outcome = try Trainer(longer, catalogs: .tested, options: options).run()
    #expect(outcome.steps == 8)
    let steps = try MetricsLog.read(folder["run"].appendingPathComponent("metrics.jsonl")).compactMap {
      $0["step"]
    }
    #expect(steps == [1, 2, 3, 4, 6, 8])
  }

  @Test("scores are read with their values and cards")
  func scores() throws {
    let evaluations = try Evaluation.read(from: run().folder)
    let scores = try #require(evaluations.first).subjects.flatMap(\.scores)
    #expect(evaluations.count == 1 && scores.count > 20)
    #expect(scores.allSatisfy { $0.card.version == "MoCA 0.1.0, libtorch 2.13.0" })
    let error = try #require(scores.first { $0.card.score == "squared error" }?.value)
    #expect(error > 10 && error < 40)
  }

  @Test("the cells of an ablation keep their keys, and nothing counts as changed")
  func ablation() throws {
    let ablation = try AblationFolder(opening: folder["ablation"])
    try ablation.checkConfigurations(.tested)
    #expect(try ablation.editedCells().isEmpty)
    #expect(try ablation.unfinishedCells().isEmpty)
    #expect(
      ablation.definition.cells.map(\.name) == [
        "mmd_seed0_482eb471", "mmd_seed1_8a3fdd12", "none_seed0_e043f999", "none_seed1_e8b76a00",
      ])
  }

  @Test("an ablation is compared as it was: columns, their order, their means")
  func comparison() throws {
    let collection = try RunCollection(AblationFolder(opening: folder["ablation"]))
    let comparison = try Comparison(collection, regularizers: Catalogs.tested.regularizers)
    #expect(comparison.groups.map(\.label) == ["mmd", "none"])
    let error = try #require(comparison.columns.first { $0.score == "squared error" })
    #expect(error.order.words == "lower is better")
    let means = error.entries.compactMap(\.mean)
    #expect(abs(means[0] - 20.987) < 0.01 && abs(means[1] - 20.921) < 0.01, "\(means)")
  }
}
