import Foundation
import MoCAProtocols
import Runner
import Storage
import Testing

@Suite("Training a run", .serialized)
struct TrainerTests {
  @Test(
    "every regularizer trains and leaves a whole run folder", arguments: Catalogs.tested.regularizers.names)
  func trains(regularizer: String) throws {
    let folder = try TemporaryFolder()
    let type = try Catalogs.tested.regularizers.entry(named: regularizer).type
    let memory = type.defaultMemory == "batch" ? "memory=batch" : "memory.capacity=40"
    let outcome = try train(
      try experiment(["regularizer=\(regularizer)", memory]), in: folder["run"], cache: folder["cache"])
    #expect(outcome.steps == 5)
    for file in [outcome.samples, outcome.reconstructions, folder["run/run.yaml"]] {
      #expect(FileManager.default.fileExists(atPath: file.path))
    }
    let lines = try MetricsLog.read(folder["run/metrics.jsonl"])
    #expect(lines.map { $0["step"] } == [1, 2, 4, 5])
    #expect(lines.allSatisfy { $0["loss"]?.isFinite == true })
    #expect(lines.last?[.heldOutReconstruction] != nil)
    // Readers find by these keys what a training writes.
    let missing = MetricKey.allCases.filter { key in !lines.contains { $0[key] != nil } }
    #expect(Set(missing).isSubset(of: [.criticLoss, .gradientRatio, .regularizerShare]), "\(missing)")
  }

  @Test("runs of one seed differ in nothing but the regularizer before their first step")
  func pairing() throws {
    let folder = try TemporaryFolder()
    let runs = try ["moca", "mmd", "wae-gan"].map { name -> (StoredRun, [String: Double]) in
      let memory = name == "moca" ? [] : ["memory=batch"]
      _ = try train(
        try experiment(["regularizer=\(name)"] + memory), in: folder[name], cache: folder["cache"])
      let lines = try MetricsLog.read(folder["\(name)/metrics.jsonl"])
      return (try StoredRun(RunFolder(opening: folder[name])), lines[0])
    }
    let digests = runs.map { [$0.0.record?.weightDigest, $0.0.record?.orderDigest, $0.0.record?.dataDigest] }
    #expect(Set(digests).count == 1 && digests[0].allSatisfy { $0?.hasPrefix("sha256:") == true })
    #expect(Set(runs.map { $0.1["reconstruction"] }).count == 1)
  }

  @Test("a term that is not finite stops the run with the term and the step")
  func notFinite() throws {
    let folder = try TemporaryFolder()
    var catalogs = Catalogs.tested
    catalogs.regularizers = catalogs.regularizers.adding(Poison.self)
    let poisoned = try tinyExperiment(
      "regularizer=poison", "memory=batch", "training.steps=9", "record.checkpoint=2", "record.metrics=4",
      catalogs: catalogs)
    let error = #expect(throws: TrainingError.self) {
      _ = try train(poisoned, in: folder["run"], cache: folder["cache"], catalogs: catalogs)
    }
    guard case .notFinite(let term, let step, _, let checkpoint) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(["loss", "penalty"].contains(term))
    #expect(step == 4)
    #expect(checkpoint?.hasSuffix("step-00000002.safetensors.zst") == true)
  }

  @Test("a new regularizer is one type and one catalog line")
  func toyRegularizer() throws {
    let folder = try TemporaryFolder()
    var catalogs = Catalogs.tested
    catalogs.regularizers = catalogs.regularizers.adding(Centering.self)
    let toy = try tinyExperiment("regularizer=centering", "memory=batch", catalogs: catalogs)
    _ = try train(toy, in: folder["run"], cache: folder["cache"], catalogs: catalogs)
    #expect(catalogs.summaries.contains { $0.kind == "regularizer" && $0.name == "centering" })
    let run = try StoredRun(RunFolder(opening: folder["run"]))
    let model = try TrainedModel(run, catalogs: catalogs)
    #expect(model.step == 5)
    #expect(model.regularizer == nil, "it changes neither networks nor images")
  }

  @Test("a run continued with another configuration shows the difference and is left alone")
  func otherConfiguration() throws {
    let folder = try TemporaryFolder()
    _ = try train(try tinyExperiment(), in: folder["run"], cache: folder["cache"])
    let before = try Data(contentsOf: folder["run/metrics.jsonl"])
    let error = #expect(throws: TrainingError.self) {
      _ = try train(
        try tinyExperiment("regularizer.temperature=0.3"), in: folder["run"], cache: folder["cache"],
        resumes: true)
    }
    #expect(error?.description.contains("regularizer.temperature: 0.1 → 0.3") == true)
    #expect(try Data(contentsOf: folder["run/metrics.jsonl"]) == before)
  }

  @Test("a lengthened run knows its length: interrupted and resumed without overrides, it goes on to the end")
  func lengthened() throws {
    let folder = try TemporaryFolder()
    _ = try train(try tinyExperiment(), in: folder["run"], cache: folder["cache"])
    let longer = try tinyExperiment("training.steps=9")
    let interruption = Interruption()
    interruption.request()
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    options.resumes = true
    #expect(throws: TrainingError.self) {
      _ = try Trainer(longer, catalogs: .tested, options: options, interruption: interruption).run()
    }
    let stored = try StoredRun(RunFolder(opening: folder["run"])).experiment(.tested)
    #expect(stored.training.steps == 9)
    let resumed = try train(stored, in: folder["run"], cache: folder["cache"], resumes: true)
    let whole = try train(longer, in: folder["whole"], cache: folder["cache"])
    #expect(try checkpoint(resumed) == checkpoint(whole))
  }

  @Test("an update that spoils the weights is never saved or evaluated", arguments: [1, 3])
  func spoiledUpdate(checkpointInterval: Int) throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: TrainingError.self) {
      _ = try train(
        try tinyExperiment(
          "optimizer.learningRate=1e39", "record.checkpoint=\(checkpointInterval)", "record.evaluation=1"),
        in: folder["run"], cache: folder["cache"])
    }
    guard case .notFinite(_, let step, _, nil) = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(step == 1)
    #expect(try RunFolder(opening: folder["run"]).checkpoints().isEmpty)
  }

  @Test("another run's checkpoint under a name of this run is refused")
  func foreignCheckpoint() throws {
    let folder = try TemporaryFolder()
    _ = try train(try tinyExperiment("training.seed=5"), in: folder["other"], cache: folder["cache"])
    _ = try train(try tinyExperiment(), in: folder["run"], cache: folder["cache"])
    let own = try RunFolder(opening: folder["run"]).checkpointURL(step: 5)
    try FileManager.default.removeItem(at: own)
    try FileManager.default.copyItem(
      at: RunFolder(opening: folder["other"]).checkpointURL(step: 5), to: own)
    let error = #expect(throws: TrainingError.self) {
      _ = try train(try tinyExperiment(), in: folder["run"], cache: folder["cache"], resumes: true)
    }
    #expect(error?.description.contains("training.seed: 5 → 0") == true)
  }

  @Test("the split follows its own seed and no other")
  func split() throws {
    let folder = try TemporaryFolder()
    let splits = try [[], ["training.seed=3"], ["dataset.holdoutSeed=3"]].map { overrides in
      let layers = try (tinyOverrides + overrides).map { try Experiment.layer(override: $0) }
      let experiment = try Experiment(layers, catalogs: .tested)
      return try DataSource(experiment, catalogs: .tested, cacheFolder: folder["cache"]).split.heldOut
    }
    #expect(splits[0] == splits[1] && splits[0] != splits[2])
  }

  @Test("a run interrupted by request saves first and goes on to the same bits")
  func interruption() throws {
    let folder = try TemporaryFolder()
    let whole = try train(try tinyExperiment(), in: folder["whole"], cache: folder["cache"])
    let interruption = Interruption()
    interruption.request()
    var options = Trainer.Options(folder: folder["halted"])
    options.cacheFolder = folder["cache"]
    let trainer = try Trainer(
      try tinyExperiment(), catalogs: .tested, options: options, interruption: interruption)
    #expect(throws: TrainingError.self) { _ = try trainer.run() }
    let resumed = try train(
      try tinyExperiment(), in: folder["halted"], cache: folder["cache"], resumes: true)
    #expect(try checkpoint(whole) == checkpoint(resumed))
  }

  @Test("the same run twice gives the same bits", arguments: ["moca", "wae-gan"])
  func repeats(regularizer: String) throws {
    let folder = try TemporaryFolder()
    let memory = regularizer == "moca" ? "memory.capacity=40" : "memory=batch"
    let runs = try ["a", "b"].map {
      try checkpoint(
        train(
          experiment(["regularizer=\(regularizer)", memory]), in: folder[$0], cache: folder["cache"]))
    }
    #expect(runs[0] == runs[1])
  }

  @Test("a run under SGD keeps its momentum in the checkpoint and goes on from it to the same bits")
  func gradientDescent() throws {
    let folder = try TemporaryFolder()
    let experiment = try tinyExperiment(
      "optimizer=sgd", "optimizer.learningRate=1e-4", "optimizer.gradientClip=10")
    let whole = try checkpoint(train(experiment, in: folder["whole"], cache: folder["cache"]))
    let interruption = Interruption()
    interruption.request()
    var options = Trainer.Options(folder: folder["halted"])
    options.cacheFolder = folder["cache"]
    #expect(throws: TrainingError.self) {
      _ = try Trainer(experiment, catalogs: .tested, options: options, interruption: interruption).run()
    }
    let resumed = try train(experiment, in: folder["halted"], cache: folder["cache"], resumes: true)
    #expect(try checkpoint(resumed) == whole)
    let stored = whole.filter { $0.name.hasPrefix("optimizer.") }
    #expect(!stored.isEmpty && stored.allSatisfy { $0.name.hasSuffix(".momentum_buffer") })
    #expect(try stored.contains { try Tensor($0).absolute().maximum().item > 0 })
  }

  @Test("bfloat16 trains to about the same error as float32")
  func halfPrecision() throws {
    let folder = try TemporaryFolder()
    let scores = try ["float32", "bfloat16"].map { precision -> Double in
      let outcome = try train(
        try tinyExperiment("training.precision=\(precision)", "training.steps=40"), in: folder[precision],
        cache: folder["cache"])
      return try #require(outcome.heldOut).reconstruction
    }
    #expect(abs(scores[1] / scores[0] - 1) < 0.1, "\(scores)")
  }

  @Test(
    "real images train from the archive and the IDX files",
    .enabled(if: hasSharedData, "../shared/data is absent"))
  func realImages() throws {
    let folder = try TemporaryFolder()
    let sources = [
      ["dataset=images", "dataset.path=\(sharedData.appendingPathComponent("cifar10-train.tar.zst").path)"],
      ["dataset=mnist", "dataset.path=\(sharedData.path)"],
    ]
    for (index, source) in sources.enumerated() {
      let layers = try (tinyOverrides.filter { !$0.hasPrefix("dataset") } + source + ["dataset.count=200"])
        .map {
          try Experiment.layer(override: $0)
        }
      let outcome = try train(
        Experiment(layers, catalogs: .tested), in: folder["\(index)"], cache: folder["cache"])
      #expect(outcome.steps == 5)
    }
  }

  private func experiment(_ overrides: [String]) throws -> Experiment {
    let kept =
      overrides.contains("memory=batch") ? tinyOverrides.filter { !$0.hasPrefix("memory") } : tinyOverrides
    return try Experiment(
      (kept + overrides).map { try Experiment.layer(override: $0) }, catalogs: .tested)
  }

  private func train(
    _ experiment: Experiment, in folder: URL, cache: URL, catalogs: Catalogs = .tested, resumes: Bool = false
  ) throws -> Trainer.Outcome {
    var options = Trainer.Options(folder: folder)
    options.cacheFolder = cache
    options.resumes = resumes
    return try Trainer(experiment, catalogs: catalogs, options: options).run()
  }

  private func checkpoint(_ outcome: Trainer.Outcome) throws -> [TensorRecord] {
    try CheckpointFile.read(RunFolder(opening: outcome.folder).checkpointURL(step: outcome.steps)).records
  }
}

/// Pulls the mean of the codes to zero.
final class Centering: RegularizerPlugin {
  static let name = "centering"
  static let summary = "squared mean of the codes"
  static let reference = Citation.project

  struct Configuration: RegularizerConfiguration {
    @Setting("λ", .atLeast(0)) var weight: Weight = 1
  }

  init(_ configuration: Configuration, context: RegularizerContext) throws {}

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(context.samples.mean(along: 0).squared().sum())
  }
}

/// Becomes NaN at the fourth step.
final class Poison: RegularizerPlugin {
  static let name = "poison"
  static let summary = "not a number after three steps"
  static let reference = Citation.project

  struct Configuration: RegularizerConfiguration {
    @Setting("λ", .atLeast(0)) var weight: Weight = 1
  }

  private var calls = 0

  init(_ configuration: Configuration, context: RegularizerContext) throws {}

  func penalty(in context: RegularizationContext) -> Penalty {
    calls += 1
    return Penalty(context.latents.sum() * (calls < 4 ? 0 : Double.nan))
  }
}
