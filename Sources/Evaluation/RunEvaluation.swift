import Datasets
import Files
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Scoring

/// Scores a trained model: images of each sampler, reconstructions and held-out images against a reference, held-out
/// codes against the prior, and what codes say about labels.
public final class RunEvaluation {
  let run: StoredRun
  let model: TrainedModel
  let catalogs: Catalogs
  let plan: EvaluationPlan
  private let cacheFolder: URL
  let progress: ProgressHandler

  /// Prepares; nothing is read yet.
  public init(
    run: StoredRun, model: TrainedModel, catalogs: Catalogs, plan: EvaluationPlan,
    cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) {
    self.run = run
    self.model = model
    self.catalogs = catalogs
    self.plan = plan
    self.cacheFolder = cacheFolder
    self.progress = progress
  }

  /// Measures everything that the plan names.
  ///
  /// - Throws: ``EvaluationError``, and what data, samplers and scores throw, for a metric that was asked for.
  public func evaluate() throws -> Evaluation {
    let data = try DataSource(
      model.experiment, catalogs: catalogs, cacheFolder: cacheFolder, progress: progress)
    if let expected = run.record?.dataDigest, expected != data.images.digest {
      throw EvaluationError.dataChanged(
        path: model.experiment.dataset.settings["path"]?.text ?? datasetName)
    }
    var evaluation = Evaluation()
    evaluation.notes = plan.notes
    evaluation.step = model.step
    evaluation.checkpoint = model.checkpoint.lastPathComponent
    if !plan.sources.isEmpty || !plan.imageMetrics.isEmpty {
      let images = ImageSubjects(self, data: data)
      evaluation.reference =
        "\(images.reference.name): \(images.reference.count) images, \(images.reference.digest)"
      evaluation.subjects += try images.scores()
      evaluation.notes += images.notes
      evaluation.pictures = images.pictures
    }
    let codes = CodeSubjects(self, data: data)
    evaluation.subjects += try codes.scores()
    evaluation.notes += codes.notes + plan.sources.flatMap(\.notes)
    return evaluation
  }

  /// The name of the dataset.
  var datasetName: String { model.experiment.dataset.name }

  /// The prior's name and settings.
  var priorDescription: String {
    let choice = model.experiment.prior
    return Self.words(choice.name, choice.settings)
  }

  /// A sampler's name and all its settings, the defaults as well.
  func description(of choice: EvaluationPlan.SamplerChoice) throws -> String {
    let settings = try catalogs.samplers.entry(named: choice.name).resolve(choice.settings, choice.name)
    return Self.words(choice.name, settings)
  }

  /// A sampler that has learned from the codes of the training images, where it learns.
  func fittedSampler(_ choice: EvaluationPlan.SamplerChoice, _ data: DataSource) throws -> any Sampler {
    let sampler = try catalogs.samplers.entry(named: choice.name).make(
      choice.settings, choice.name, model.samplerContext)
    sampler.move(to: model.device)
    if sampler.needsCodes {
      progress(0, nil, "fitting \(choice.name)")
      try sampler.fit(
        to: model.codes(of: data.images, indices: data.split.training, drawing: generator("fit.codes")),
        using: generator("fit.\(choice.name)")
      )
    }
    return sampler
  }

  /// `name key=value key=value`
  static func words(_ name: String, _ settings: ConfigurationValue) -> String {
    let settings = settings.members.filter { $0.key != "name" }.map { "\($0.key)=\($0.value.json)" }
    return ([name] + settings).joined(separator: " ").replacing("\"", with: "")
  }

  /// A stream of the evaluation, the same for every run, so that two runs are scored on the same draws.
  func generator(_ name: String) -> Generator {
    .evaluation(name, seed: plan.seed, on: model.device)
  }
}

extension Evaluation {
  /// Writes the scores to the run's `evaluation/`, under a name of the checkpoint and of what was measured: the same
  /// measurement replaces its file, another gets its own.
  ///
  /// - Throws: `StorageError`.
  public func write(to run: RunFolder) throws -> URL {
    let cards = subjects.flatMap(\.scores).map { $0.card.fields.map(\.value).joined(separator: "|") }
    let name =
      "\(RunFolder.stepName(step ?? 0))-\(Digest.bytes(of: cards.joined(separator: "\n")).prefix(4).hexadecimal).json"
    let url = run.evaluationURL.appendingPathComponent(name)
    do {
      try FileManager.default.createDirectory(at: run.evaluationURL, withIntermediateDirectories: true)
    } catch {
      throw StorageError.disk(path: run.evaluationURL.path, reason: error.localizedDescription)
    }
    try AtomicFile.write(Data((json() + "\n").utf8), to: url)
    return url
  }
}
