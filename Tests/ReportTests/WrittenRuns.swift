import Backbones
import Comparison
import Datasets
import Evaluation
import Extractors
import Foundation
import Metrics
import MoCAProtocols
import Optimizers
import PluginKit
import Priors
import Regularizers
import Reports
import Runner
import Scoring

/// Run folders as training and evaluation leave them, written by hand, and the report of them.
final class WrittenRuns {
  private let url: URL
  private var folders: [RunFolder] = []
  private let catalogs = Catalogs(
    DatasetCatalog.standard, EncoderCatalog.standard, DecoderCatalog.standard, PosteriorCatalog.standard,
    PriorCatalog.standard, RegularizerCatalog.standard, MemoryCatalog.standard, OptimizerCatalog.standard,
    SamplerCatalog.standard, ExtractorCatalog.standard, MetricCatalog.standard)

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A run and how it differs from the others.
  struct Run {
    var regularizer = "mmd"
    var seed = 0
    var unit = "sum"
    var size = 8
    /// Values of `metrics.jsonl` by step.
    var log: [(step: Int, values: [String: Double])] = [(10, ["reconstruction": 1])]
    /// What its only score of the codes is called.
    var score = "match"
    /// The score and what is known of its null values.
    var match: (value: Double, null: NullComparison)?
  }

  /// Writes a run.
  func add(_ run: Run) throws {
    let folder = url.appendingPathComponent("\(run.regularizer)-\(run.unit)-\(run.size)-\(run.seed)")
    let evaluation = folder.appendingPathComponent("evaluation")
    try FileManager.default.createDirectory(at: evaluation, withIntermediateDirectories: true)
    let configuration = """
      prior: {name: hypersphere}
      regularizer: {name: \(run.regularizer)}
      reconstruction: {unit: \(run.unit)}
      latent: {size: \(run.size)}
      training: {seed: \(run.seed)}
      run: {steps: 10, imageShape: [3, 10, 10], dataDigest: d, weightDigest: w\(run.seed), orderDigest: o\(run.seed)}

      """
    try Data(configuration.utf8).write(to: folder.appendingPathComponent("run.yaml"))
    let lines = run.log.map { line in
      let values = line.values.sorted { $0.key < $1.key }.map { ",\"\($0.key)\":\($0.value)" }
      return "{\"step\":\(line.step)\(values.joined())}\n"
    }
    try Data(lines.joined().utf8).write(to: folder.appendingPathComponent("metrics.jsonl"))
    if let match = run.match {
      let card = MetricCard(
        score: run.score, subject: "codes", count: 100, arithmetic: "float64", seed: 0, version: "1")
      let score = Score(
        match.value, match.null.lower == nil ? .lower : .nearerToNull, unit: nil,
        kind: run.score == "slicedWasserstein" ? .codeDistance : .other, null: match.null, card: card)
      let text = String(decoding: try JSONEncoder().encode(score), as: UTF8.self)
      let file =
        #"{"step":10,"pictures":[],"notes":[],"subjects":[{"subject":"codes","role":"codes","count":100,"scores":[\#(text)]}]}"#
      try Data(file.utf8).write(to: evaluation.appendingPathComponent("step-00000010.json"))
    }
    folders.append(try RunFolder(opening: folder))
  }

  /// What a report of them shows.
  func content(progress: @escaping ProgressHandler = { _, _, _ in }) throws
    -> ReportContent
  {
    try ReportBuilder(RunCollection(folders), catalogs: catalogs, progress: progress).content()
  }
}
