import Metrics

/// One score of all groups.
package struct ComparisonColumn: Sendable, Encodable {
  /// Where numbers come from.
  package enum Origin: String, Sendable, Encodable {
    /// Files that `moca evaluate` wrote.
    case evaluation
    /// The last line of `metrics.jsonl`: held-out images at the last step.
    case trainingLog = "training log"
  }

  /// A group's numbers.
  package struct Entry: Sendable, Encodable {
    /// One value for each member of the group; `nil` where it has none or does not count.
    package let values: [Double?]
    /// Over the seeds.
    package let mean: Double?
    /// The standard deviation over the seeds; `nil` for fewer than two.
    package let spread: Double?
    /// Seeds that have a value.
    package let seedCount: Int
    /// This group less the reference; `nil` for the reference itself, fewer than two common seeds, or runs that are not
    /// paired. For scores that are better near a target it is the difference of the distances from it.
    package internal(set) var difference: PairedDifference?
  }

  /// What can be said about the best group.
  package struct Verdict: Sendable, Encodable, Equatable {
    /// The kinds.
    package enum Kind: String, Sendable, Encodable {
      /// One group is better than every other over common seeds: each interval lies on the losing side, the probability
      /// by Holm's rule over all pairs of groups is at most 5 %, and the difference exceeds what the score itself states
      /// as its error.
      case winner
      /// The groups listed cannot be told from the best, which is the first of them.
      case notToldApart = "not told apart"
      /// Fewer than two common seeds: no interval, nothing is marked.
      case oneSeed = "one seed"
      /// Differences are the same in every seed, so that there is no spread to test them against.
      case notTestable = "cannot be tested"
      /// Fewer than two groups are left whose runs began as the others of their seeds.
      case notPaired = "not paired"
      /// The score has no better and worse.
      case unordered = "no order"
      /// Fewer than two groups have a value.
      case alone
    }

    /// What was found.
    package let kind: Kind
    /// Positions of groups: the winner, or those that are not told apart, the best first.
    package let groups: [Int]
    /// Positions of groups that were left out, since a run of theirs did not begin as the others of its seed.
    package let unpaired: [Int]

    /// States a verdict.
    package init(kind: Kind, groups: [Int], unpaired: [Int] = []) {
      self.kind = kind
      self.groups = groups
      self.unpaired = unpaired
    }
  }

  /// What it is called, as in `FD-cifar of prior`.
  package let name: String
  /// The score's own name, as in `FD-cifar`.
  package let score: String
  /// What was scored, as in `prior`, `reconstructions`, `codes`, `training log`.
  package let subject: String
  /// What it is to the model.
  package let role: SubjectRole
  /// Where the numbers come from.
  package let origin: Origin
  /// Which values are better.
  package let order: ScoreOrder
  /// The protocol. Where seeds split the data differently its digests are those of the first run.
  package let card: MetricCard
  /// One entry for each group.
  package internal(set) var entries: [Entry]
  /// The group that differences are taken to.
  package internal(set) var reference: Int?
  /// The group that no other beats over common seeds, where values have an order.
  package internal(set) var best: Int?
  /// What can be said about the best group.
  package internal(set) var verdict: Verdict
  /// The same score of held-out images, averaged over runs: what a perfect model would get.
  package internal(set) var noiseFloor: Double?

  /// The smallest true differences that the strictest step of Holm's rule finds with probability 80 %, from the least to
  /// the largest over the groups; `nil` where nothing can be tested.
  package var detectable: ClosedRange<Double>? {
    let values = entries.compactMap { $0.difference?.probability == nil ? nil : $0.difference?.detectable }
    guard let least = values.min(), let largest = values.max() else { return nil }
    return least...largest
  }
}
