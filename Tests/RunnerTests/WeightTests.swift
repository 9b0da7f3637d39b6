import Foundation
import MoCAProtocols
import Runner
import Testing

@Suite("The weight that is measured")
struct WeightTests {
  private let shape = ImageShape(channels: 3, height: 28, width: 28)

  private func state(_ overrides: String...) throws -> TrainingState {
    var catalogs = Catalogs.tested
    catalogs.regularizers = catalogs.regularizers.adding(Centering.self)
    let layers = try (tinyOverrides + ["regularizer=centering", "memory=batch"] + overrides).map {
      try Experiment.layer(override: $0)
    }
    return try TrainingState(
      Experiment(layers, catalogs: catalogs), catalogs: catalogs, imageShape: shape, totalSteps: 100,
      device: .cpu)
  }

  private func batch(_ index: UInt64) -> Tensor {
    Tensor.uniform([16, 3, 28, 28], using: Generator(seed: index)).channelsLast()
  }

  private func value(_ name: String, _ scalars: [NamedTensor]) -> Double? {
    scalars.first { $0.name == name }?.tensor.item
  }

  @Test("it makes the penalty pull as hard as the target says, and stays fixed after the first steps")
  func calibrates() throws {
    let state = try state(
      "regularizer.weight=auto", "schedule.weightTarget=0.25", "schedule.weightCalibration=4")
    #expect(state.commonWeight == nil)
    let first = state.step(on: batch(0), measuresGradients: true)
    #expect(abs(try #require(value("gradientRatio", first)) - 0.25) < 1e-4)
    for index in 1..<4 { _ = state.step(on: batch(UInt64(index))) }
    let weight = try #require(state.commonWeight)
    #expect(weight > 0 && weight.isFinite)
    for index in 4..<8 {
      _ = state.step(on: batch(UInt64(index)))
      #expect(state.commonWeight == weight)
    }
  }

  @Test("λ is what the regularizer's configuration says, under whatever key")
  func renamed() throws {
    var catalogs = Catalogs.tested
    catalogs.regularizers = catalogs.regularizers.adding(Renamed.self)
    let experiment = try tinyExperiment(
      "regularizer=renamed", "memory=batch", "regularizer.strength=7", catalogs: catalogs)
    let state = try TrainingState(
      experiment, catalogs: catalogs, imageShape: shape, totalSteps: 100, device: .cpu)
    #expect(state.commonWeight == 7)
  }

  @Test("it is the target over the geometric mean of the ratios of the single steps")
  func geometricMean() throws {
    let steps = 3
    let measured = try state("regularizer.weight=auto", "schedule.weightCalibration=\(steps)")
    // A vanishing step size keeps the networks as they are, so that both runs see the same ratios.
    let plain = try state("regularizer.weight=1", "optimizer.learningRate=1e-20")
    let still = try state(
      "regularizer.weight=auto", "schedule.weightCalibration=\(steps)", "optimizer.learningRate=1e-20")
    var logarithms: [Double] = []
    for index in 0..<steps {
      let images = batch(UInt64(index))
      let scalars = plain.step(on: images, measuresGradients: true)
      logarithms.append(log(try #require(value("gradientRatio", scalars))))
      _ = still.step(on: images)
      _ = measured.step(on: images)
    }
    let expected = 0.5 / exp(logarithms.reduce(0, +) / Double(steps))
    #expect(abs(try #require(still.commonWeight) / expected - 1) < 1e-4)
    #expect(measured.commonWeight != still.commonWeight)
  }

  @Test("the run says what it measured, and goes on with it after a checkpoint")
  func checkpoint() throws {
    let folder = try TemporaryFolder()
    let overrides = [
      "regularizer=sliced-wasserstein", "memory=batch", "regularizer.weight=auto",
      "schedule.weightCalibration=3", "record.checkpoint=4", "record.metrics=1",
    ]
    let train = { (name: String, steps: Int, resumes: Bool) in
      var options = Trainer.Options(folder: folder[name])
      options.cacheFolder = folder["cache"]
      options.resumes = resumes
      let layers = try (tinyOverrides + overrides + ["training.steps=\(steps)"]).map {
        try Experiment.layer(override: $0)
      }
      return try Trainer(
        Experiment(layers, catalogs: .tested), catalogs: .tested, options: options
      ).run()
    }
    _ = try train("whole", 8, false)
    _ = try train("parts", 2, false)
    _ = try train("parts", 8, true)
    let weights = try ["whole", "parts"].map { name in
      try MetricsLog.read(folder["\(name)/metrics.jsonl"]).map { $0["weight"] }
    }
    #expect(weights[0] == weights[1])
    #expect(Set(weights[0].suffix(5)).count == 1)
    let record = try StoredRun(RunFolder(opening: folder["whole"])).record
    #expect(record?.weightInCommonUnit == .automatic)
  }

  @Test("a penalty that does not reach the encoder is refused with the reason")
  func noGradient() throws {
    let folder = try TemporaryFolder()
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    let experiment = try tinyExperiment(
      "regularizer=none", "memory=batch", "regularizer.weight=auto", "schedule.weightCalibration=2")
    let error = #expect(throws: TrainingError.self) {
      _ = try Trainer(experiment, catalogs: .tested, options: options).run()
    }
    #expect(error?.description.contains("give regularizer.weight a number") == true)
    #expect(error?.fault == .usage)
  }

  @Test("another word than auto is refused")
  func otherWord() {
    let error = #expect(throws: ConfigurationError.self) {
      try tinyExperiment("regularizer.weight=automatic")
    }
    #expect(error?.description.contains("a number up to 1e30 or auto") == true)
  }
}

/// Calls its weight by another name.
private final class Renamed: RegularizerPlugin {
  static let name = "renamed"
  static let summary = "a weight under another key"
  static let reference = Citation.project

  struct Configuration: RegularizerConfiguration {
    @Setting("λ", .atLeast(0)) var strength = 1.0

    var weight: Weight { .fixed(strength) }
  }

  init(_ configuration: Configuration, context: RegularizerContext) throws {}

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(context.samples.squared().mean())
  }
}
