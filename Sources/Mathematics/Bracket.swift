/// An interval around the place where a condition that holds below stops to hold, found by halving.
package struct Bracket {
  /// The largest value known to fulfil the condition, or the start.
  package private(set) var lower: Double
  /// The smallest value known not to fulfil it, or the end.
  package private(set) var upper: Double

  /// The best single guess.
  package var middle: Double { (lower + upper) / 2 }

  /// Halves the interval 60 times, or until no number is left between its ends.
  package init(_ lower: Double, _ upper: Double, isBelow: (Double) -> Bool) {
    (self.lower, self.upper) = (lower, upper)
    for _ in 0..<60 {
      let middle = self.middle
      if middle <= self.lower || middle >= self.upper { break }
      if isBelow(middle) { self.lower = middle } else { self.upper = middle }
    }
  }

  /// Looks above zero: the end is doubled from 1 until the condition fails there or `limit` is reached.
  package init(fromZeroTo limit: Double, isBelow: (Double) -> Bool) {
    var (lower, upper) = (0.0, 1.0)
    while upper < limit, isBelow(upper) { (lower, upper) = (upper, 2 * upper) }
    self.init(lower, upper, isBelow: isBelow)
  }
}
