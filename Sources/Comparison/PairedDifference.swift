package struct Interval: Codable, Sendable, Equatable {
  /// The lower end.
  package let lower: Double
  /// The upper end.
  package let upper: Double

  init(_ lower: Double, _ upper: Double) { (self.lower, self.upper) = (lower, upper) }

  /// Whether zero lies outside.
  package var excludesZero: Bool { lower > 0 || upper < 0 }
}

/// The difference of two groups over the seeds that both have.
package struct PairedDifference: Codable, Sendable, Equatable {
  /// How the interval was made.
  package enum Method: String, Codable, Sendable {
    /// Mean ± t · standard error.
    case student = "paired t"
    /// Widened percentiles of resampled means.
    case bootstrap = "paired bootstrap"
  }

  /// Seeds that both groups have.
  package let count: Int
  /// The mean difference: this group less the reference.
  package let mean: Double
  /// The standard deviation of the seeds' differences.
  package let spread: Double
  /// The 95 % interval to read; ``method`` tells which.
  package let interval: Interval
  /// Paired t below ``PairedDesign/bootstrapMinimum`` seeds, the bootstrap from there on.
  package let method: Method
  /// The interval of the paired t test.
  package let student: Interval
  /// The interval of the bootstrap; coarse and too short for few seeds.
  package let bootstrap: Interval
  /// The two-sided probability of the paired t test; `nil` where the seeds' differences are equal but for rounding, so
  /// that nothing can be tested.
  package let probability: Double?
  /// ``probability`` by Holm's step-down rule: over all pairs of groups where the reference is the best, which is chosen
  /// from the same numbers, and over the differences to the reference where that was named.
  package internal(set) var adjustedProbability: Double?
  /// The smallest true difference that the strictest step of Holm's rule, a paired t test at 5 % divided by the number
  /// of tests, finds with probability 80 %, at this spread.
  package let detectable: Double

  /// Holm's adjusted probabilities ("A simple sequentially rejective multiple test procedure", Scandinavian Journal of
  /// Statistics 6, 1979), in the order given.
  package static func holm(_ probabilities: [Double]) -> [Double] {
    var adjusted = probabilities
    var largest = 0.0
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, Double(probabilities.count - rank) * probabilities[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
