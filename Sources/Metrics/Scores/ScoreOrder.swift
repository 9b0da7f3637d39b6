/// Which values of a score are better. A score says it where it is made.
public enum ScoreOrder: Sendable, Equatable {
  case lower
  case higher
  /// The nearer to a fixed value the better.
  case nearer(to: Double)
  /// The nearer to what a perfect match gives the better: the median of the score's null values.
  case nearerToNull
  /// Neither is better: it describes, or its value at a perfect match is not known.
  case none
}

extension ScoreOrder {
  /// The word for it in files.
  var word: String {
    switch self {
    case .lower: "lower"
    case .higher: "higher"
    case .nearer: "nearer"
    case .nearerToNull: "nearer to null"
    case .none: "none"
    }
  }

  /// The fixed value, beside the word.
  var target: Double? {
    if case .nearer(let target) = self { target } else { nil }
  }

  /// Reads what a file says; `nil` for another word.
  init?(word: String, target: Double?) {
    switch (word, target) {
    case ("lower", _): self = .lower
    case ("higher", _): self = .higher
    case ("nearer", let target?): self = .nearer(to: target)
    case ("nearer to null", _): self = .nearerToNull
    case ("none", _): self = .none
    default: return nil
    }
  }
}
