import Metrics

/// Scores of several models in one column: all under one protocol.
public struct ScoreColumn: Sendable {
  /// The protocol that all share.
  public let card: MetricCard
  /// From top to bottom; `nil` where a model has no such score.
  public let scores: [Score?]

  /// Collects scores.
  ///
  /// - Throws: ``EvaluationError/differentCards(score:differences:)`` where two were measured differently.
  public init(_ scores: [Score?]) throws {
    guard let first = scores.lazy.compactMap({ $0 }).first else {
      throw EvaluationError.emptyColumn
    }
    for score in scores.compactMap({ $0 }) {
      let differences = first.card.differences(from: score.card)
      if !differences.isEmpty {
        throw EvaluationError.differentCards(score: first.card.score, differences: differences)
      }
    }
    card = first.card
    self.scores = scores
  }
}
