import Metrics
import PluginKit

extension ScoreOrder: Encodable {
  /// In words.
  package var words: String {
    switch self {
    case .lower: "lower is better"
    case .higher: "higher is better"
    case .nearer(let target): "nearer to \(shortNumber(target)) is better"
    case .nearerToNull: "nearer to its value at a match is better"
    case .none: "no order"
    }
  }

  /// For a column's title.
  package var sign: String {
    switch self {
    case .lower: "↓"
    case .higher: "↑"
    case .nearer(let target): "→\(shortNumber(target))"
    case .nearerToNull: "→match"
    case .none: ""
    }
  }

  /// What differences are taken of where it is not the value itself.
  package var distance: String? {
    switch self {
    case .nearer(let target): "distance from \(shortNumber(target))"
    case .nearerToNull: "distance from its value at a match"
    case .lower, .higher, .none: nil
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(words)
  }

  /// What groups are compared by: the value, or its distance from the target.
  func compared(_ score: Score) -> Double? {
    guard let value = score.value else { return nil }
    switch self {
    case .lower, .higher, .none: return value
    case .nearer(let target): return abs(value - target)
    case .nearerToNull: return score.null?.median.map { abs(value - $0) }
    }
  }

  /// Whether what is compared is better the larger it is.
  var prefersLarge: Bool { self == .higher }
}
