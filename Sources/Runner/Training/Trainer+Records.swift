import Datasets
import Foundation
import MoCAProtocols
import Storage

extension Trainer {
  /// The text of `run.yaml`.
  func record() throws -> String {
    var file = experiment.tree
    file[RunRecord.key] =
      RunRecord(
        state: state, data: data, orderDigest: batches.orderDigest(), totalSteps: totalSteps
      ).tree
    return try file.yaml
  }

  /// Logs, evaluates, draws and saves what is due after the step just taken.
  func keepRecords(_ folder: RunFolder, _ metrics: MetricsLog) throws {
    let step = state.completedSteps
    let record = experiment.record
    if state.penaltyWeight.hasFailed(after: step, of: totalSteps) {
      throw TrainingError.noWeight(steps: step)
    }
    let evaluates = isDue(step, record.evaluation)
    let saves = isDue(step, record.checkpoint)
    if step == 1 || isDue(step, record.metrics) || evaluates || saves {
      try log(metrics, evaluates: evaluates)
    }
    if isDue(step, record.samples) {
      let url = folder.sampleURL(step: step)
      try drawSamples(to: url)
      try events?.append(step: step, "samples", picture: url)
    }
    if saves || evaluates { try save(folder) }
  }

  /// Reads back the scalars since the last line, checks them, and writes a line; none where no step was taken since.
  func log(_ metrics: MetricsLog, evaluates: Bool = false) throws {
    let step = state.completedSteps
    let means = try recorder.flush(lastCheckpoint: lastCheckpoint?.path)
    if means.isEmpty { return }
    let seconds = (Self.now - intervalStart.time) / Double(max(1, step - intervalStart.step))
    var line = [MetricKey.epoch.of(Double(step) / Double(batches.batchesPerEpoch))]
    line += means
    line += state.memory.diagnostics.map { ($0.name, $0.tensor.item) }
    line.append(MetricKey.weight.of(state.weight(after: max(0, step - 1))))
    if let gradientRatio { line.append(MetricKey.gradientRatio.of(gradientRatio.item)) }
    gradientRatio = nil
    line.append(MetricKey.learningRate.of(state.schedule.learningRate(after: max(0, step - 1))))
    line.append(MetricKey.stepSeconds.of(seconds))
    if let share = state.regularizerShare { line.append(MetricKey.regularizerShare.of(share)) }
    line.append(MetricKey.imagesPerSecond.of(Double(experiment.training.batch) / max(seconds, 1e-9)))
    if evaluates { try checkState() }
    if evaluates, let scores = heldOutScores() {
      line += scores.metrics
      latestScores = (scores, step)
      report(.evaluated(step: step, scores))
      let score = score(scores)
      if score < best?.score ?? .infinity { best = (score, step) }
    }
    try metrics.append(step: step, line)
    try events?.append(step: step, line)
    report(.logged(step: step, means: means.map { (name: $0, value: $1) }))
    intervalStart = (Self.now, step)
  }

  /// Scores on held-out images, or `nil` where none are held out.
  func heldOutScores() -> HeldOutScores? {
    HeldOutEvaluation(
      images: data.images, indices: data.split.heldOut, batchSize: max(100, experiment.training.batch),
      seed: UInt64(experiment.training.seed)
    ).scores(of: state.model, on: options.device)
  }

  private func score(_ scores: HeldOutScores) -> Double {
    switch experiment.record.best {
    case .reconstruction: scores.reconstruction
    case .latentMatch: scores.latentMatch[.slicedWasserstein]?.value ?? .infinity
    }
  }

  /// Draws of the prior, decoded. The same codes at every step and in every run of a seed and size.
  func drawSamples(to url: URL) throws {
    let generator = Generator(
      seed: RandomStreams.seed(of: .sampling, from: UInt64(experiment.training.seed)), device: options.device)
    let images = state.model.evaluating {
      state.model.decode(state.model.prior.sample(64, using: generator))
    }
    try ImageGrid(images, columns: 8).write(to: url)
  }

  /// Held-out images (or training images where none are held out) and below each row its reconstructions.
  func drawReconstructions(to url: URL) throws {
    let source = data.split.heldOut.isEmpty ? data.split.training : data.split.heldOut
    let batch = ImageBatch(shape: data.images.shape, device: options.device)
      .tensor(gather(data.images, indices: Split.spread(source, limit: 32)))
    let images = state.model.evaluating { state.model.decode(state.model.encode(batch)) }
    try ImageGrid.pairs(of: batch, and: images, columns: 8).write(to: url)
  }

  /// Writes a checkpoint, notes it as the latest, and as the best where it is.
  @discardableResult
  func save(_ folder: RunFolder) throws -> URL {
    try checkState()
    let step = state.completedSteps
    let url = folder.checkpointURL(step: step)
    var metadata = [
      "step": String(step), "configuration": experiment.tree.json, "device": "\(options.device)",
    ]
    if let best {
      metadata["bestScore"] = String(best.score)
      metadata["bestStep"] = String(best.step)
    }
    try StateFile.write(state.records, metadata: metadata, to: url)
    try folder.markLatest(step: step)
    if best?.step == step { try folder.markBest(step: step) }
    try folder.prune(keeping: experiment.record.keep)
    lastCheckpoint = url
    report(.saved(step: step, url))
    return url
  }

  /// Refuses to evaluate or save a state that the last update spoiled: its loss was still finite.
  func checkState() throws {
    let tensors = state.namedTensors.filter {
      [.float32, .float64, .bfloat16, .float16].contains($0.tensor.dtype) && $0.tensor.elementCount > 0
    }
    let isSound = Tensor.stacked(tensors.map { $0.tensor.isFinite.all() }).values(as: Bool.self)
    guard let index = isSound.firstIndex(of: false) else { return }
    throw TrainingError.notFinite(
      term: "tensor \(tensors[index].name)", step: state.completedSteps, value: .nan,
      checkpoint: lastCheckpoint?.path)
  }

  /// Continues from the newest checkpoint that can be read, after checking that the run is the same.
  func restore(from folder: RunFolder) throws {
    let run = try StoredRun(folder)
    let differences = Experiment.differences(from: run.configuration, to: experiment.tree)
      .filter { !mayChange($0.key) }
    if !differences.isEmpty { throw TrainingError.differs(differences, run: folder.url.path) }
    if let expected = run.record?.dataDigest, expected != data.images.digest {
      throw TrainingError.otherData(expected: expected, found: data.images.digest)
    }
    if experiment.tree != run.configuration { try rewriteRecord(folder, run) }
    let found = try StateFile.readFirst(
      of: folder.checkpoints().reversed(),
      skipped: {
        report(.passedOver($0, $1))
      })
    guard let (checkpoint, (records, metadata)) = found else { return }
    try checkOrigin(of: checkpoint, metadata)
    try state.restore(records, completedSteps: checkpoint.step)
    lastCheckpoint = checkpoint.url
    if let score = metadata["bestScore"].flatMap(Double.init),
      let step = metadata["bestStep"].flatMap(Int.init)
    {
      best = (score, step)
      // A process may have been killed after it saved its best checkpoint and before it noted it.
      if try folder.checkpoints().contains(where: { $0.step == step }) { try folder.markBest(step: step) }
    }
  }

  /// Keeps the digests of the start and takes over a changed length, so that the next resume knows it too.
  private func rewriteRecord(_ folder: RunFolder, _ run: StoredRun) throws {
    guard var record = run.record else { return }
    record.steps = totalSteps
    var file = experiment.tree
    file[RunRecord.key] = record.tree
    try folder.commit(configuration: file.yaml)
  }

  /// Refuses a checkpoint that another run, step or device has left under this name.
  private func checkOrigin(of checkpoint: RunFolder.Checkpoint, _ metadata: [String: String]) throws {
    let path = checkpoint.url.path
    if metadata["step"] != String(checkpoint.step) {
      throw CheckpointError.notACheckpoint(
        path: path,
        reason: "it was saved at step \(metadata["step"] ?? "?"), its name says \(checkpoint.step)")
    }
    let stored = try ConfigurationValue(yaml: metadata["configuration"] ?? "{}")
    let differences = Experiment.differences(from: stored, to: experiment.tree).filter { !mayChange($0.key) }
    if !differences.isEmpty { throw TrainingError.differs(differences, run: path) }
    if let device = metadata["device"], device != "\(options.device)" {
      throw TrainingError.otherDevice(expected: device, found: "\(options.device)")
    }
  }

  /// Whether a key changes how long a run is or what it writes, but none of its steps.
  private func mayChange(_ key: String) -> Bool {
    let isLength = key == "training.epochs" || key == "training.steps"
    return key.hasPrefix("record.") && key != "record.best"
      || isLength && experiment.schedule.learningRate == .constant
  }

  /// The pictures and scores at the end of a run.
  func finish(_ folder: RunFolder, wasComplete: Bool) throws -> Outcome {
    try checkState()
    let samples = folder.sampleURL(step: state.completedSteps)
    let reconstructions = folder.samplesURL.appendingPathComponent("reconstructions.png")
    if !FileManager.default.fileExists(atPath: samples.path) { try drawSamples(to: samples) }
    try drawReconstructions(to: reconstructions)
    try events?.append(step: state.completedSteps, "reconstructions", picture: reconstructions)
    try events?.end(succeeded: true)
    let isScored = latestScores?.step == state.completedSteps
    let scores = isScored ? latestScores?.scores : heldOutScores()
    return Outcome(
      folder: folder.url, steps: state.completedSteps, heldOut: scores, samples: samples,
      reconstructions: reconstructions, wasComplete: wasComplete)
  }
}
