/// Why something cannot be scored.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
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

  public var description: String {
    switch self {
    case .weightsMissing(let extractor, let score, let file, let place):
      "\(score) needs the weights \(file), which are not in \(place); fetch them with "
        + "`moca data download \(extractor)`, or name the file with --weights FILE"
    case .weightsNotGiven(let extractor):
      "the extractor \(extractor) has no weights of its own; name a file with --weights FILE (made by "
        + "`moca extractor train`)"
    case .wrongShape(let extractor, let needed, let found):
      "the extractor \(extractor) takes \(needed) images, these are \(found); choose another with --extractor"
    case .unknownMetric(let name, let hint): "unknown metric \"\(name)\"\(hint)"
    case .mixedSizes(let path, let found):
      "the images of \(path) differ in size: \(found); bring them to one size first, since scores depend on how"
    case .constant(let path, let count):
      "all \(count) images of \(path) are the same; there is no law of images to compare with"
    case .dataChanged(let path):
      "the images of \(path) have changed since the run was trained, so that those held out from it cannot be told "
        + "from those that it has seen; bring the images back, or name their place with dataset.path=…"
    case .notFinite(let what, let count, let total):
      "\(count) of \(total) \(what) are NaN or infinite; look at the images, the weights or an earlier checkpoint"
    case .tooFew(let what, let found, let needed, let score):
      "\(score) needs at least \(needed) \(what), there are \(found)"
    case .differentCards(let score, let differences):
      "these values of \(score) were measured differently and cannot stand in one column: "
        + differences.joined(separator: "; ")
    case .unreadable(let path): "\(path) cannot be read as scores; remove it and run moca evaluate again"
    case .emptyColumn: "a column without a score"
    case .notApplicable(let score, let reason): "\(score) does not apply: \(reason)"
    }
  }

  /// The exit code of the command line for this error.
  public var exitCode: Int32 {
    switch self {
    case .unknownMetric, .weightsNotGiven, .weightsMissing, .wrongShape, .tooFew, .notApplicable: 64
    case .notFinite, .differentCards, .emptyColumn, .unreadable, .mixedSizes, .constant, .dataChanged: 65
    }
  }
}
