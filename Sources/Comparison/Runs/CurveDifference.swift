import Foundation

/// Where two logged curves of one quantity part.
///
/// They part **beyond noise** at the first logged step at which the mean of the last 4 or of the last 16 differences
/// exceeds √(2 ln(2m/α))·1.1 standard errors, with m looks and α = 0.05: a bound on the largest of m normal values, with
/// a tenth more because the scale is estimated. Curves that are positive throughout are compared by their logarithms, in
/// which noise in proportion to the value is even, and differences further than three standard deviations from their
/// neighbours' median count as three. The standard error is the larger of two:
/// - of the difference, with its local scale and the correlation of its neighbours, both from its residuals from
///   parabolas fitted locally, and up to a fifth more where neighbours correlate by more than 0.5; runs of one seed share
///   batches, and what these do to both curves cancels here;
/// - of both curves' own scatter, taken as independent: two runs that differ by rounding alone drift apart smoothly, and
///   are not told apart before their distance is one that can be seen.
///
/// A millionth of the value is never beyond noise.
///
/// Of simulated pairs of one distribution at most 3 % are told apart, over 80 to 600 steps, where the noise
/// is normal or in proportion to the value and neighbours correlate by at most 0.6; 6 % where it is wild as
/// well (Student's t with 3 degrees of freedom). At a correlation of 0.9 it is 5 % over 600 steps, but 9 %
/// over 200 and 13 % over 80. In 200 logged steps a lasting difference of six standard deviations of a curve
/// is found within 16 of them in nine cases of ten where neighbours correlate by 0.2, and in three of ten at
/// 0.6.
///
/// A curve that stops being finite while the other goes on parts from it there. That another seed would have led
/// elsewhere is no noise in this sense: for that, several seeds must be compared.
package struct CurveDifference: Codable, Sendable, Equatable {
  /// A step at which the curves have parted.
  package struct Parting: Codable, Sendable, Equatable {
    /// The logged step.
    package let step: Int
    /// How many logged steps up to it are averaged.
    package let window: Int
    /// The mean difference over them, the second curve minus the first.
    package let difference: Double
    /// What the mean difference may reach by noise; where logarithms are compared, it stands to the difference as their
    /// bound to theirs.
    package let bound: Double
  }

  /// The quantity, as `metrics.jsonl` calls it.
  package let quantity: String
  /// The logged steps that both curves have.
  package let count: Int
  /// The first of them at which the values differ in any bit.
  package let firstDifference: Int?
  /// The first of them at which one value is finite and the other is not.
  package let notFinite: Int?
  /// Whether there are enough steps to know the noise.
  package let isTested: Bool
  /// Where they part beyond noise, which is before they are not finite.
  package let parting: Parting?
  /// The last step that both have.
  package let lastStep: Int?
  /// The first curve's value there; `nil` where it is not finite.
  package let first: Double?
  /// The second curve's value there.
  package let second: Double?

  /// The fewest steps from which noise can be told.
  package static let fewest = 24
  private static let windows = [4, 16]
  private static let level = 0.05

  /// Compares two curves by the steps that both have.
  ///
  /// - Parameters:
  ///   - first: The values by step.
  ///   - second: The other's.
  package init(_ quantity: String, _ first: [Int: Double], _ second: [Int: Double]) {
    self.quantity = quantity
    let steps = first.keys.filter { second[$0] != nil }.sorted()
    let pairs = steps.map { (first[$0] ?? .nan, second[$0] ?? .nan) }
    count = steps.count
    firstDifference = zip(steps, pairs).first { $1.0.bitPattern != $1.1.bitPattern }?.0
    notFinite = zip(steps, pairs).first { $1.0.isFinite != $1.1.isFinite }?.0
    lastStep = steps.last
    self.first = pairs.last.flatMap { $0.0.isFinite ? $0.0 : nil }
    self.second = pairs.last.flatMap { $0.1.isFinite ? $0.1 : nil }
    let finite = Array(pairs.prefix { $0.0.isFinite && $0.1.isFinite })
    isTested = finite.count >= Self.fewest
    parting =
      isTested && firstDifference != nil
      ? Self.parting(of: finite.map(\.0), and: finite.map(\.1), steps: steps) : nil
  }

  private static func parting(of first: [Double], and second: [Double], steps: [Int]) -> Parting? {
    let count = first.count
    let isPositive = (first + second).allSatisfy { $0 > 0 }
    let curves = [first, second].map { curve in isPositive ? curve.map { log($0) } : curve }
    let fit = LocalFit(radius: min(max(4, count / 12), 8))
    let reach = min(max(8, count / 6), 60, (count - 1) / 2)
    let differences = winsorised(zip(curves[0], curves[1]).map { $1 - $0 }, fit, reach: reach)
    let residuals = fit.residuals(of: differences)
    let scales = localScales(of: residuals, reach: reach)
    let correlation = correlation(of: residuals, scales, fit)
    let correction = fit.correction(for: correlation)
    let own = RunningMeans(scales.map { $0 * $0 * correction * correction })
    let scatter = curves.map { localScales(of: fit.residuals(of: $0), reach: reach) }
    let both = RunningMeans(zip(scatter[0], scatter[1]).map { $0 * $0 + $1 * $1 })
    let means = RunningMeans(differences)
    let shown = RunningMeans(zip(first, second).map { $1 - $0 })
    let looks = Double(2 * count * windows.count)
    let threshold = 1.1 * (2 * log(looks / level)).squareRoot()
    let widening = widening(for: correlation)
    // Curves without any scatter, as a measured weight, may differ by rounding in 32 bits and no more.
    let rounding = 1e-6 * (isPositive ? 1 : curves.joined().map(abs).max() ?? 0)
    for end in (windows[0] - 1)..<count {
      for window in windows where window <= end + 1 && window <= count / 2 {
        let ownVariance =
          widening * widening * own[window, end] * shareOfMean(over: window, correlation: correlation)
        let variance = max(ownVariance, both[window, end] / Double(window))
        let bound = max(threshold * variance.squareRoot(), rounding)
        let difference = means[window, end]
        if abs(difference) > bound {
          let mean = shown[window, end]
          return Parting(
            step: steps[end], window: window, difference: mean, bound: abs(mean) * bound / abs(difference))
        }
      }
    }
    return nil
  }

  /// By how much the standard error of the difference is raised where neighbours resemble each other, since their
  /// correlation is estimated.
  private static func widening(for correlation: Double) -> Double { 1 + 0.55 * max(0, correlation - 0.5) }

  /// The differences with those that lie further than three standard deviations from the median of nine neighbours drawn
  /// in to that, so that a few wild values make no mean. A median keeps the place of a jump.
  private static func winsorised(_ values: [Double], _ fit: LocalFit, reach: Int) -> [Double] {
    let residuals = fit.residuals(of: values)
    let scales = localScales(of: residuals, reach: reach)
    return values.indices.map { index in
      let start = min(max(0, index - 4), values.count - 9)
      let middle = values[start..<(start + 9)].sorted()[4]
      let limit = 3 * scales[index]
      return middle + min(max(values[index] - middle, -limit), limit)
    }
  }

  /// The variance of a mean over the variance of a value.
  private static func shareOfMean(over window: Int, correlation: Double) -> Double {
    let size = Double(window)
    return (1..<window).reduce(1 / size) { sum, lag in
      sum + 2 * (1 - Double(lag) / size) * pow(correlation, Double(lag)) / size
    }
  }

  /// The correlation of neighbours. The first quarter does not count, since curves bend there, and an estimate is raised
  /// by its standard error.
  private static func correlation(of residuals: [Double], _ scales: [Double], _ fit: LocalFit) -> Double {
    let values = zip(residuals, scales).map { $1 > 0 ? min(max($0 / $1, -3), 3) : 0 }.dropFirst(
      residuals.count / 4)
    let squares = values.reduce(0) { $0 + $1 * $1 }
    if squares == 0 { return 0 }
    let products = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    let raised = products / squares + 1 / Double(residuals.count).squareRoot()
    return fit.correlation(ofResiduals: raised, limit: 0.9)
  }

  /// The standard deviation around each point, from `reach` points on either side; those beyond three of the median's
  /// deviations count as three.
  private static func localScales(of residuals: [Double], reach: Int) -> [Double] {
    let sizes = residuals.map(abs)
    let width = 2 * reach + 1
    return sizes.indices.map { index in
      let start = min(max(0, index - reach), sizes.count - width)
      let part = sizes[start..<(start + width)]
      let limit = 3 * 1.4826 * part.sorted()[reach]
      let squares = part.reduce(0) { $0 + min($1, limit) * min($1, limit) }
      return 1.005 * (squares / Double(width)).squareRoot()
    }
  }
}

/// Means over windows that end anywhere, in constant time each.
private struct RunningMeans {
  private var sums: [Double] = [0]

  init(_ values: [Double]) {
    for value in values { sums.append(sums[sums.count - 1] + value) }
  }

  /// The mean of the `window` values up to index `end`.
  subscript(window: Int, end: Int) -> Double { (sums[end + 1] - sums[end + 1 - window]) / Double(window) }
}
