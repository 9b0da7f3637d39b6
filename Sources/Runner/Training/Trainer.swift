import Datasets
import Foundation
import MoCAProtocols

/// Trains one run: the loop, and when things are logged, drawn, evaluated and saved.
public final class Trainer {
  /// What a caller decides beside the configuration.
  public struct Options {
    /// Where the run is kept.
    public var folder: URL
    /// Where tensors live.
    public var device = Device.cpu
    /// Whether to continue the run where there is one.
    public var resumes = false
    /// Where packed images are kept.
    public var cacheFolder = DataSource.defaultCacheFolder

    /// The defaults, for a run in `folder`.
    public init(folder: URL) { self.folder = folder }
  }

  /// What a finished run has to show.
  public struct Outcome: Sendable {
    /// The run's folder.
    public let folder: URL
    /// Steps taken in all.
    public let steps: Int
    /// Scores on held-out images at the end, where images are held out.
    public let heldOut: HeldOutScores?
    /// The last sample grid.
    public let samples: URL
    /// Held-out images above their reconstructions, in pairs of rows.
    public let reconstructions: URL
    /// Whether the run was complete before it was asked for.
    public let wasComplete: Bool
  }

  let experiment: Experiment
  let options: Options
  /// The images of the run.
  public let data: DataSource
  /// What moves while training.
  public let state: TrainingState
  /// Steps that the whole run takes.
  public let totalSteps: Int
  let batches: BatchRecipe
  let interruption: Interruption
  let report: @Sendable (TrainingEvent) -> Void
  var recorder = StepRecorder()
  /// What TensorBoard reads; `nil` where the run writes none.
  var events: RunEvents?
  var gradientRatio: Tensor?
  var lastCheckpoint: URL?
  /// The last scores on held-out images and the step that has them.
  var latestScores: (scores: HeldOutScores, step: Int)?
  /// The best score so far and the step that has it.
  var best: (score: Double, step: Int)?
  var intervalStart = (time: 0.0, step: 0)

  /// Prepares a run: everything that can be wrong with the configuration or the data is found here, before
  /// anything is written.
  ///
  /// - Parameter report: Hears what happens; packing may tell it from other threads.
  /// - Throws: `ConfigurationError`, `DataError`.
  public init(
    _ experiment: Experiment, catalogs: Catalogs, options: Options,
    interruption: Interruption = Interruption(),
    report: @escaping @Sendable (TrainingEvent) -> Void = { _ in }
  ) throws {
    try Self.check(experiment, catalogs: catalogs)
    self.experiment = experiment
    self.options = options
    self.interruption = interruption
    self.report = report
    data = try DataSource(experiment, catalogs: catalogs, cacheFolder: options.cacheFolder) {
      report(.packing(done: $0, total: $1, what: $2))
    }
    report(.packed)
    batches = try data.batches(experiment.training)
    totalSteps = experiment.training.steps ?? experiment.training.epochs * batches.batchesPerEpoch
    state = try TrainingState(
      experiment, catalogs: catalogs, imageShape: data.images.shape, totalSteps: totalSteps,
      device: options.device)
  }

  /// Refuses a prior, a posterior and a regularizer that cannot go together before any data are read.
  ///
  /// - Throws: `ConfigurationError`.
  public static func check(_ experiment: Experiment, catalogs: Catalogs) throws {
    try ModelBuilder(experiment: experiment).check()
  }
}

extension Trainer {
  /// Trains to the end, or until the interruption is requested.
  ///
  /// - Throws: ``TrainingError``, `StorageError`, `CheckpointError`.
  public func run() throws -> Outcome {
    let isThere = FileManager.default.fileExists(
      atPath: options.folder.appendingPathComponent(RunFolder.configurationName).path)
    let continues = options.resumes && isThere
    let folder = try continues ? RunFolder(resuming: options.folder) : RunFolder(creating: options.folder)
    defer { folder.discardUnlessCommitted() }
    if continues { try restore(from: folder) } else { try folder.commit(configuration: record()) }
    let metrics = try MetricsLog(folder.metricsURL)
    try metrics.truncate(afterStep: state.completedSteps)
    let wasComplete = state.completedSteps >= totalSteps
    if wasComplete {
      let outcome = try finish(folder, wasComplete: true)
      if RunEnding.read(from: folder)?.state != .complete {
        try RunEnding(state: .complete, step: state.completedSteps, term: nil, message: nil, seconds: 0)
          .write(to: folder)
      }
      return outcome
    }
    RunEnding.remove(from: folder)
    if experiment.record.tensorboard {
      events = try RunEvents(folder, experiment: experiment, firstStep: state.completedSteps + 1)
    }
    let start = Self.now
    do {
      try train(folder, metrics)
      let outcome = try finish(folder, wasComplete: false)
      try RunEnding(
        state: .complete, step: state.completedSteps, term: nil, message: nil, seconds: Self.now - start
      ).write(to: folder)
      return outcome
    } catch {
      // What went wrong counts, not whether it could be written down: the disk may be full.
      try? RunEnding(error, step: state.completedSteps, seconds: Self.now - start).write(to: folder)
      if let error = error as? TrainingError, error.isLasting { try? events?.end(succeeded: false) }
      throw error
    }
  }

  private func train(_ folder: RunFolder, _ metrics: MetricsLog) throws {
    let loader = BatchLoader(batches, startingAt: state.completedSteps)
    report(.started(completed: state.completedSteps, total: totalSteps))
    defer { report(.ended(step: state.completedSteps)) }
    intervalStart = (Self.now, state.completedSteps)
    while state.completedSteps < totalSteps {
      takeStep(loader.next())
      let step = state.completedSteps
      try keepRecords(folder, metrics)
      report(.step(step))
      if interruption.isRequested, step < totalSteps {
        try log(metrics)
        throw TrainingError.interrupted(step: step, checkpoint: try save(folder).path)
      }
    }
  }

  private func takeStep(_ batch: Batch) {
    let next = state.completedSteps + 1
    let measures = next == 1 || isDue(next, experiment.record.metrics)
    let images = ImageBatch(shape: data.images.shape, device: options.device).tensor(batch.bytes)
    var scalars = state.step(on: images, measuresGradients: measures)
    if let index = scalars.firstIndex(where: { $0.name == MetricKey.gradientRatio.rawValue }) {
      gradientRatio = scalars.remove(at: index).tensor
    }
    recorder.note(step: next, scalars)
  }

  func isDue(_ step: Int, _ interval: Int) -> Bool { step % interval == 0 || step == totalSteps }

  /// Seconds from any origin.
  static var now: Double { ProcessInfo.processInfo.systemUptime }
}
