import Evaluation
import Metrics
import PluginKit
import Runner

/// The scores of several runs by what they are called.
///
/// Scores of `moca evaluate` stand beside those that the training took of held-out images, as its log has them at the
/// last step; the latter get cards from `run.yaml`, so that the same rule holds for all.
struct ScoreTable {
  /// A column that could be shown.
  struct Key: Hashable, Sendable {
    let subject: String
    let role: SubjectRole
    let score: String
    let kind: ScoreKind

    /// As in `FD-cifar of prior`; scores of the training's log are called as they are there.
    var name: String { isLogged ? score : "\(score) of \(subject)" }
    var isLogged: Bool { role == .trainingLog }

    /// The score of a subject; measures of codes stand side by side, whatever they were compared with.
    init(_ score: Score, subject: String, _ role: SubjectRole) {
      let isOfCodes = role == .codes || role == .decodedDraws || role == .trainingLog
      self.subject = isOfCodes ? role.rawValue : subject
      self.role = role
      self.score = score.card.score
      kind = score.kind
    }
  }

  let runs: [ComparedRun]
  /// In the order of first appearance, scores of evaluations first.
  let keys: [Key]
  /// For each run its scores of a name, the newest first.
  private let scores: [[Key: [Score]]]

  init(_ runs: [ComparedRun]) {
    self.runs = runs
    var keys: [Key] = []
    scores = runs.map { run in
      let entries = Self.evaluated(run) + Self.logged(run)
      keys += entries.map(\.key)
      return Dictionary(grouping: entries, by: \.key).mapValues { $0.map(\.score) }
    }
    self.keys = keys.uniqued().filter { !$0.isLogged } + keys.uniqued().filter(\.isLogged)
  }

  /// How many runs have a score.
  func count(of key: Key) -> Int { scores.count { $0[key] != nil } }

  /// One score for each run under one protocol, `nil` where a run has none.
  ///
  /// Which images are held out may follow the seed (`dataset.holdoutSeed`). So the cards of one seed must agree in
  /// everything, and what is compared in pairs was measured on the same images; those of two seeds of the same data may
  /// differ in the digests of their split and in nothing else. Where a run was scored several times the newest scores
  /// that fit together are taken.
  ///
  /// - Throws: `EvaluationError.differentCards` where there are none that fit.
  func column(_ key: Key) throws -> ScoreColumn {
    let candidates = scores.map { $0[key] ?? [] }
    guard let anchor = candidates.firstIndex(where: { !$0.isEmpty }) else {
      throw EvaluationError.emptyColumn
    }
    var failure: (any Error)?
    for start in candidates[anchor] {
      do {
        return try column(candidates, from: start, at: anchor)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? EvaluationError.emptyColumn
  }

  private func column(_ candidates: [[Score]], from start: Score, at anchor: Int) throws -> ScoreColumn {
    var chosen = [Score?](repeating: nil, count: runs.count)
    chosen[anchor] = start
    for index in runs.indices where index != anchor && !candidates[index].isEmpty {
      let peers = runs.indices.filter { chosen[$0] != nil && isComparedExactly($0, index) }
      let fitting = candidates[index].first { candidate in
        fits(candidate, index, start, anchor)
          && peers.allSatisfy { fits(candidate, index, chosen[$0], $0) }
      }
      chosen[index] = fitting ?? candidates[index][0]
    }
    for index in runs.indices {
      let peers = runs.indices.filter { $0 < index && isComparedExactly($0, index) }
      _ = try chosen[index].map { try ScoreColumn(peers.map { chosen[$0] } + [$0]) }
    }
    let aligned = runs.indices.map { index in
      isComparedExactly(index, anchor) ? chosen[index] : chosen[index]?.onSplit(of: start.card)
    }
    return try ScoreColumn(aligned)
  }

  private func fits(_ score: Score, _ index: Int, _ other: Score?, _ otherIndex: Int) -> Bool {
    guard let other else { return true }
    let score = isComparedExactly(index, otherIndex) ? score : score.onSplit(of: other.card)
    return other.card.differences(from: score.card).isEmpty
  }

  /// Whether two runs must agree in the digests of their split: they have one seed, or not the same data.
  private func isComparedExactly(_ first: Int, _ second: Int) -> Bool {
    let (first, second) = (runs[first], runs[second])
    let digest = first.run?.record?.dataDigest
    return first.seed == second.seed || digest == nil || digest != second.run?.record?.dataDigest
  }

  private static func evaluated(_ run: ComparedRun) -> [(key: Key, score: Score)] {
    run.evaluations.reversed().flatMap(\.subjects).flatMap { subject in
      subject.scores.map { (Key($0, subject: subject.subject, subject.role), $0) }
    }
  }

  /// Held-out scores of the last line that has them, which must be the last step's.
  private static func logged(_ run: ComparedRun) -> [(key: Key, score: Score)] {
    guard let line = run.metrics.last, let record = run.run?.record else { return [] }
    let error = line[.heldOutReconstruction].map { value in
      Score(
        value, .lower, unit: "sum over an image in [0, 1]", kind: .reconstructionError,
        card: card(.heldOutReconstruction, ofCodes: false, run, record))
    }
    let measures = LatentMatch.Measure.allCases.sorted { $0.rawValue < $1.rawValue }
    let scores = measures.compactMap { measure in
      let keys = MetricKey.heldOut(measure)
      return line[keys.value].map { value in
        Score(
          value, measure.order, unit: measure.unit, kind: measure.kind,
          null: line[keys.null].map { NullComparison(median: $0) },
          card: card(keys.value, ofCodes: true, run, record))
      }
    }
    return ([error].compactMap(\.self) + scores).map { (Key($0, subject: "", .trainingLog), $0) }
  }

  private static func card(
    _ key: MetricKey, ofCodes isOfCodes: Bool, _ run: ComparedRun, _ record: RunRecord
  ) -> MetricCard {
    let setting = { (path: [String]) in run.run?.configuration[path: path].map(\.json) ?? "unknown" }
    var card = MetricCard(
      score: key.rawValue, subject: "held-out images, at the last step of the training",
      count: min(record.heldOutImages ?? 0, HeldOutEvaluation.imageLimit), arithmetic: "float32", seed: nil,
      version: record.program(unknown: "unknown"))
    card.device = record.device ?? "unknown"
    card.imageShape = record[.imageSizes]?.json ?? "unknown"
    card.subjectDigest =
      "\(record.dataDigest ?? "unknown"), \(setting(["dataset", "holdout"])) held out by \(setting(["dataset", "holdoutSeed"]))"
    if isOfCodes {
      card.reference = "prior \(setting(["prior"])), \(setting(["latent", "size"])) dimensions"
    }
    return card
  }
}

extension Score {
  /// The same score as if its images were split as those of `card`: only what names the split is taken from there.
  func onSplit(of other: MetricCard) -> Score {
    var card = card
    if card.subjectDigest != nil, other.subjectDigest != nil { card.subjectDigest = other.subjectDigest }
    if card.referenceDigest != nil, other.referenceDigest != nil, card.reference == other.reference {
      card.referenceDigest = other.referenceDigest
    }
    if let mine = card.parameters, let theirs = other.parameters,
      mine.replacing(/sha256:[0-9a-f]+/, with: "") == theirs.replacing(/sha256:[0-9a-f]+/, with: "")
    {
      card.parameters = theirs
    }
    var score = self
    score.card = card
    return score
  }
}
