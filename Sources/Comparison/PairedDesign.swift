import Mathematics

/// What a number of seeds can show: limits, resamples and the smallest difference that is found, the same for every
/// pair of groups.
///
/// The bootstrap resamples the seeds' differences 10,000 times from a fixed stream and takes percentiles that are
/// widened for small numbers: Φ(∓√(n/(n−1)) t) in the place of 2.5 % and 97.5 % (Hesterberg, "What Teachers Should Know
/// About the Bootstrap", The American Statistician 69, 2015). No such interval can leave the range of the differences,
/// which the true mean itself leaves with probability 2^(1−n) under symmetry: with n = 2, 3, 4, 5 seeds it covers at
/// most 50, 75, 88 and 94 %. Below ``bootstrapMinimum`` seeds the interval is therefore that of the paired t test.
package struct PairedDesign: Sendable {
  /// From so many seeds on the bootstrap can reach 95 %.
  package static let bootstrapMinimum = 6
  /// Resamples.
  package static let resampleCount = 10_000
  /// One minus the confidence.
  package static let level = 0.05
  /// The rounding of a score that was computed in single precision, relative to it.
  private static let rounding = Double(Float.ulpOfOne)
  /// How likely the smallest detectable difference is found.
  package static let power = 0.8

  /// Seeds that both groups have.
  package let count: Int
  /// The smallest detectable difference in standard deviations of the difference, at the strictest step of Holm's rule:
  /// with ``level`` divided by the number of tests.
  package let detectableEffect: Double
  private let critical: Double
  private let tail: Double
  private let resamples: [Int]

  /// Prepares for `count` seeds, and `tests` tests that share ``level``.
  ///
  /// - Precondition: `count` is at least 2, since one seed has no interval; `tests` is at least 1.
  package init(count: Int, tests: Int = 1) {
    guard count >= 2, tests >= 1 else {
      fatalError("a paired design needs at least 2 seeds and 1 test, found \(count) and \(tests)")
    }
    self.count = count
    let (size, degrees) = (Double(count), Double(count - 1))
    critical = StudentT.quantile(twoSided: Self.level, degrees: degrees)
    detectableEffect =
      StudentT.shift(power: Self.power, level: Self.level / Double(tests), degrees: degrees)
      / size.squareRoot()
    tail = UpperTail.normal((size / degrees).squareRoot() * critical)
    var generator = SplitMix64(state: 0)
    resamples = (0..<Self.resampleCount * count).map { _ in generator.below(count) }
  }

  /// The two-sided probability of the paired t test; `nil` where differences are equal but for rounding and nothing can
  /// be tested.
  func probability(_ differences: [Double], magnitude: Double) -> Double? {
    let spread = differences.deviation
    let size = differences.map(abs).max() ?? 0
    guard spread > Self.rounding * max(size, magnitude) else { return nil }
    let mean = differences.reduce(0, +) / Double(count)
    return StudentT.twoSided(mean * Double(count).squareRoot() / spread, degrees: Double(count - 1))
  }

  /// What the differences of the seeds say.
  ///
  /// - Parameters:
  ///   - differences: One for each seed.
  ///   - magnitude: The largest of the values whose differences these are; a spread below its rounding is none.
  /// - Precondition: There are ``count`` differences.
  package func difference(_ differences: [Double], magnitude: Double = 0) -> PairedDifference {
    guard differences.count == count else {
      fatalError("\(differences.count) differences in a design of \(count) seeds")
    }
    let size = Double(count)
    let mean = differences.reduce(0, +) / size
    let spread = differences.deviation
    let error = spread / size.squareRoot()
    let student = Interval(mean - critical * error, mean + critical * error)
    let bootstrap = bootstrap(differences)
    let isBootstrap = count >= Self.bootstrapMinimum
    return PairedDifference(
      count: count, mean: mean, spread: spread, interval: isBootstrap ? bootstrap : student,
      method: isBootstrap ? .bootstrap : .student, student: student, bootstrap: bootstrap,
      probability: probability(differences, magnitude: magnitude),
      detectable: detectableEffect * spread)
  }

  private func bootstrap(_ differences: [Double]) -> Interval {
    let means = (0..<Self.resampleCount).map { resample in
      let start = resample * count
      return (start..<start + count).reduce(0) { $0 + differences[resamples[$1]] } / Double(count)
    }
    let sorted = OrderStatistics(means)
    return Interval(sorted.quantile(tail), sorted.quantile(1 - tail))
  }
}
