import Ablation
import Comparison
import Evaluation
import Foundation
import Metrics
import Runner
import Testing

/// Run folders as training and evaluation leave them, written by hand.
final class ComparisonRuns {
  private let folder: TemporaryFolder
  private(set) var folders: [RunFolder] = []

  init() throws { folder = try TemporaryFolder() }

  /// Where runs are.
  var url: URL { folder.url }

  /// A run and how it differs from the others.
  struct Run {
    var regularizer = "mmd"
    var seed = 0
    var weight = 1.0
    var width = 4
    var unit = "sum"
    var totalSteps = 10
    var weightDigest = "w"
    var orderDigest = "o"
    var dataDigest = "d"
    var libtorch = "2.13.0"
    var first = 500.0
    /// By subject and name, written as by a build whose scores did not say their order.
    var scores: [String: [String: Double]] = [:]
    var change: (inout MetricCard) -> Void = { _ in }
    var details: [String: Double] = [:]
    var error: Double?
    /// Scores as they are written today, in the place of ``scores``.
    var subjects: [SubjectScores] = []
  }

  /// Writes a run with its log and, where it has scores, an evaluation.
  @discardableResult
  func add(_ name: String, _ run: Run, in parent: String = "runs") throws -> URL {
    let url = folder["\(parent)/\(name)"]
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try Self.configuration(run).write(
      to: url.appendingPathComponent("run.yaml"), atomically: true, encoding: .utf8)
    let lines = [
      #"{"step":1,"reconstruction":\#(run.first),"stepSeconds":9,"regularizerShare":0.5}"#,
      #"{"step":4,"reconstruction":90,"stepSeconds":0.1,"regularizerShare":0.1}"#,
      #"{"step":8,"reconstruction":80,"stepSeconds":0.3,"regularizerShare":0.3}"#,
      #"{"step":10,"reconstruction":70,"stepSeconds":0.2,"heldOutReconstruction":\#(70 + run.seed)}"#,
    ]
    try (lines.joined(separator: "\n") + "\n").write(
      to: url.appendingPathComponent("metrics.jsonl"), atomically: true, encoding: .utf8)
    if parent == "runs" { folders.append(try RunFolder(opening: url)) }
    if !run.scores.isEmpty || !run.subjects.isEmpty { try evaluate(url, run) }
    return url
  }

  /// Writes an evaluation beside those that are there; the last one is the newest.
  func evaluate(_ url: URL, _ run: Run, file: String = "step-00000010.json", age: Double = 0) throws {
    let encoder = JSONEncoder()
    let old = try run.scores.sorted { $0.key < $1.key }.map { subject, scores in
      let texts = try scores.sorted { $0.key < $1.key }.map { name, value in
        var card = Self.card(name, of: subject)
        run.change(&card)
        let parts = [
          #""value":\#(value)"#, #""card":\#(String(decoding: try encoder.encode(card), as: UTF8.self))"#,
          run.error.map { #""error":\#($0),"errorKind":"test""# },
          run.details.isEmpty
            ? nil : #""details":\#(String(decoding: try encoder.encode(run.details), as: UTF8.self))"#,
        ]
        return "{\(parts.compactMap(\.self).joined(separator: ","))}"
      }
      return #"{"subject":"\#(subject)","count":100,"scores":[\#(texts.joined(separator: ","))]}"#
    }
    let subjects =
      try old + run.subjects.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    let text = #"{"step":10,"pictures":[],"notes":[],"subjects":[\#(subjects.joined(separator: ","))]}"#
    let place = url.appendingPathComponent("evaluation")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let path = place.appendingPathComponent(file)
    try text.write(to: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -age)], ofItemAtPath: path.path)
  }

  /// What a score's card says in these runs.
  static func card(_ name: String, of subject: String) -> MetricCard {
    var card = MetricCard(
      score: name, subject: subject, count: 100, arithmetic: "float64", parameters: "k=3", seed: 0,
      version: "1")
    card.subjectDigest = "sha256:aa"
    card.reference = "training images"
    card.referenceDigest = "sha256:bb"
    return card
  }

  /// The runs compared.
  func comparison(_ change: (inout Comparison.Options) -> Void = { _ in }) throws -> Comparison {
    var options = Comparison.Options()
    change(&options)
    return try Comparison(RunCollection(folders), options: options, regularizers: .standard)
  }

  /// Makes an ablation of cells, each with its values on the axes; one without a state has not run.
  func ablation(axes: [String], _ cells: [(name: String, at: [String], state: String?, run: Run)]) throws
    -> RunCollection
  {
    let list = { (words: [String]) in "[" + words.map { "\"\($0)\"" }.joined(separator: ", ") + "]" }
    var lines = ["build: b", "device: cpu", "threads: 1", "scoring: {metrics: [], samples: 10}", "axes:"]
    lines += axes.indices.map { axis in "  \(axes[axis]): " + list(cells.map { $0.at[axis] }) }
    lines.append("cells:")
    for cell in cells {
      lines.append("- {name: \(cell.name), key: k\(cell.name), at: \(list(cell.at))}")
      guard let state = cell.state else { continue }
      try add(cell.name, cell.run, in: "cells")
      let outcome = """
        {"key":"k\(cell.name)","state":"\(state)","seconds":2.5,"peakMemory":1000,"trainingMemory":800,"build":"b","command":"moca again","digests":{}}
        """
      let folder = url.appendingPathComponent("outcomes")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try outcome.write(
        to: folder.appendingPathComponent("\(cell.name).json"), atomically: true, encoding: .utf8)
    }
    let file = url.appendingPathComponent("ablation.yaml")
    try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
    return try RunCollection(AblationFolder(opening: url))
  }

  private static func configuration(_ run: Run) -> String {
    """
    dataset: {name: sprites, holdout: 0.1, holdoutSeed: 0}
    encoder: {name: convolutional, width: \(run.width)}
    prior: {name: hypersphere}
    regularizer: {name: \(run.regularizer), weight: \(run.weight)}
    latent: {size: 8}
    reconstruction: {unit: \(run.unit)}
    training: {seed: \(run.seed), batch: 8}
    run:
      version: 0.1.0
      libtorch: \(run.libtorch)
      device: cpu
      threads: 1
      machine: here
      steps: \(run.totalSteps)
      parameters: 1234
      imageShape: [3, 32, 32]
      heldOutImages: 100
      dataDigest: \(run.dataDigest)
      weightDigest: \(run.weightDigest)\(run.seed)
      orderDigest: \(run.orderDigest)\(run.seed)

    """
  }
}

extension ComparisonRuns {
  /// Groups called by their regularizers with one value of `FD-cifar of prior` for each seed.
  convenience init(_ groups: [(String, [Double])], subject: String = "prior", score: String = "FD-cifar")
    throws
  {
    try self.init()
    for (regularizer, values) in groups {
      for (seed, value) in values.enumerated() {
        let scores = [subject: [score: value]]
        try add("\(regularizer)-\(seed)", Run(regularizer: regularizer, seed: seed, scores: scores))
      }
    }
  }
}

extension Comparison {
  /// The column of that name.
  func column(_ name: String) throws -> ComparisonColumn {
    try #require(columns.first { $0.name == name }, "\(columns.map(\.name))")
  }
}
