/// Why a metric gives no score.
public enum MetricError: Error, Equatable, CustomStringConvertible {
  /// It does not suit what is measured.
  case notApplicable(score: String, reason: String)
  /// Fewer images or codes than it needs.
  case tooFew(what: String, found: Int, needed: Int, score: String)

  public var description: String {
    switch self {
    case .notApplicable(let score, let reason): "\(score) does not apply: \(reason)"
    case .tooFew(let what, let found, let needed, let score):
      "\(score) needs at least \(needed) \(what), there are \(found)"
    }
  }
}
