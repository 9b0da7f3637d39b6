import Files
import Metrics
import Scoring

/// Why something cannot be scored.
public enum EvaluationError: Fault, Equatable {
  /// The weights of an extractor are not here.
  case weightsMissing(extractor: String, score: String, file: String, place: String)
  /// An extractor whose weights the user must name.
  case weightsNotGiven(extractor: String)
  /// An extractor that does not take images of that shape.
  case wrongShape(extractor: String, needed: String, found: String)
  /// A name that is no metric.
  case unknownMetric(name: String, hint: String)
  /// Images of several sizes in one set.
  case mixedSizes(path: String, String)
  /// Images that are all the same.
  case constant(path: String, count: Int)
  /// The run's images are not those that it was trained on.
  case dataChanged(path: String)
  /// Features that are not finite.
  case notFinite(what: String, count: Int, of: Int)
  /// Fewer images than a score needs.
  case tooFew(what: String, found: Int, needed: Int, score: String)
  /// Two numbers that were measured differently in one column.
  case differentCards(score: String, differences: [String])
  /// A column without a score.
  case emptyColumn
  /// A file of scores that is damaged or of another version.
  case unreadable(path: String)
  /// A score that was asked for and does not apply to the run.
  case notApplicable(score: String, reason: String)

  /// Of a metric that was asked for.
  init(_ error: MetricError) {
    switch error {
    case .notApplicable(let score, let reason): self = .notApplicable(score: score, reason: reason)
    case .tooFew(let what, let found, let needed, let score):
      self = .tooFew(what: what, found: found, needed: needed, score: score)
    }
  }

  public var description: String {
    switch self {
    case .weightsMissing(_, let score, let file, let place):
      "\(score) needs the weights \(file), which are not in \(place); fetch them"
    case .weightsNotGiven(let extractor):
      "the extractor \(extractor) has no weights of its own; name a file"
    case .wrongShape(let extractor, let needed, let found):
      "the extractor \(extractor) takes \(needed) images, these are \(found); choose another"
    case .unknownMetric(let name, let hint): "unknown metric \"\(name)\"\(hint)"
    case .mixedSizes(let path, let found):
      "the images of \(path) differ in size: \(found); bring them to one size first, since scores depend on how"
    case .constant(let path, let count):
      "all \(count) images of \(path) are the same; there is no distribution of images to compare with"
    case .dataChanged(let path):
      "the images of \(path) have changed since the run was trained, so that those held out from it cannot be told "
        + "from those that it has seen; bring the images back, or name their place with dataset.path=…"
    case .notFinite(let what, let count, let total):
      "\(count) of \(total) \(what) are NaN or infinite; look at the images, the weights or an earlier checkpoint"
    case .differentCards(let score, let differences):
      "these values of \(score) were measured differently and cannot stand in one column: "
        + differences.joined(separator: "; ")
    case .unreadable(let path): "\(path) cannot be read as scores; remove it"
    case .emptyColumn: "a column without a score"
    case .notApplicable(let score, let reason):
      MetricError.notApplicable(score: score, reason: reason).description
    case .tooFew(let what, let found, let needed, let score):
      MetricError.tooFew(what: what, found: found, needed: needed, score: score).description
    }
  }

  public var fault: FaultKind {
    switch self {
    case .unknownMetric, .weightsNotGiven, .weightsMissing, .wrongShape, .tooFew, .notApplicable: .usage
    case .notFinite, .differentCards, .emptyColumn, .unreadable, .mixedSizes, .constant, .dataChanged: .data
    }
  }
}
