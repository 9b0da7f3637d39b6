import Evaluation
import PluginKit

/// Which values of a score are better. The one place that knows.
public enum ScoreOrder: Sendable, Equatable, Encodable {
  case lower
  case higher
  /// The nearer to a fixed value the better.
  case nearer(to: Double)
  /// The nearer to what a perfect match gives the better: the median of the score's null values.
  case nearerToNull
  /// Neither is better: it describes, or belongs to the data and not to the model.
  case none

  /// In words.
  public var words: String {
    switch self {
    case .lower: "lower is better"
    case .higher: "higher is better"
    case .nearer(let target): "nearer to \(shortNumber(target)) is better"
    case .nearerToNull: "nearer to its value at a match is better"
    case .none: "no order"
    }
  }

  /// For a column's title.
  public var sign: String {
    switch self {
    case .lower: "↓"
    case .higher: "↑"
    case .nearer(let target): "→\(shortNumber(target))"
    case .nearerToNull: "→match"
    case .none: ""
    }
  }

  /// What differences are taken of where it is not the value itself.
  public var distance: String? {
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
    case .nearerToNull: return score.details?["nullMedian"].map { abs(value - $0) }
    }
  }

  /// Whether what is compared is better the larger it is.
  var prefersLarge: Bool { self == .higher }

  /// The order of a score of a subject.
  init(of score: Score, subject: String) {
    if ["held-out", "reference"].contains(subject) {
      self = .none
    } else if score.details?["probability"] != nil {
      // Against null values: the measures of codes know themselves on which side a mismatch lies.
      self = score.details?["nullLower"] == nil ? .lower : .nearerToNull
    } else {
      self = Self.known.first { score.card.score.hasPrefix($0.prefix) }?.order ?? .none
    }
  }

  private static let known: [(prefix: String, order: ScoreOrder)] = [
    ("squared error", .lower), ("FID", .lower), ("FD-", .lower), ("rFID", .lower), ("rFD-", .lower),
    ("KID", .lower), ("KD-", .lower), ("MIND", .lower), ("Inception score", .higher), ("precision", .higher),
    ("recall", .higher), ("density", .higher), ("coverage", .higher), ("authentic", .nearer(to: 0.5)),
    ("copying C_T", .nearer(to: 0)), ("drift ratio", .nearer(to: 1)),
    ("k-nearest-neighbour accuracy", .higher), ("linear-probe accuracy", .higher),
    ("heldOutReconstruction", .lower), ("heldOut.slicedWasserstein", .lower), ("heldOut.meanNorm", .lower),
    ("heldOut.effectiveRank", .nearerToNull),
  ]
}
