import Foundation

/// Places values along an axis, linear or logarithmic.
struct ChartScale {
  /// A value with a mark on the axis.
  struct Tick {
    /// Where it stands.
    let position: Double
    /// Its text.
    let label: String
  }

  /// The smallest and the largest value shown.
  let domain: ClosedRange<Double>
  private let start: Double
  private let end: Double
  private let isLogarithmic: Bool

  /// A scale over values, from one coordinate to another.
  init(
    _ axis: ReportContent.Axis, values: [Double], from start: Double, to end: Double, padding: Double = 0.04
  ) {
    self.start = start
    self.end = end
    isLogarithmic = axis.isLogarithmic
    let usable = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    let given = (usable.min() ?? (axis.isLogarithmic ? 0.1 : 0), usable.max() ?? 1)
    var (low, high) = axis.isLogarithmic ? (log10(given.0), log10(given.1)) : given
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-12) {
      let room = axis.isLogarithmic ? 0.5 : max(abs(low) * 0.1, 1e-6)
      (low, high) = (low - room, high + room)
    }
    let room = (high - low) * padding
    let fixed = { (bound: Double?) -> Double? in
      guard let bound, bound.isFinite, !axis.isLogarithmic || bound > 0 else { return nil }
      return axis.isLogarithmic ? log10(bound) : bound
    }
    let lower = fixed(axis.minimum) ?? low - room
    let upper = fixed(axis.maximum) ?? high + room
    domain = lower < upper ? lower...upper : low - room...high + room
  }

  /// Where a value stands; `nil` where it cannot be shown. Values beyond the ends are held at the ends.
  func position(_ value: Double?) -> Double? {
    guard let value, !value.isNaN else { return nil }
    if isLogarithmic, value <= 0 { return nil }
    let place = min(max(isLogarithmic ? log10(value) : value, domain.lowerBound), domain.upperBound)
    return start + (place - domain.lowerBound) / (domain.upperBound - domain.lowerBound) * (end - start)
  }

  /// Where the lower end stands.
  var base: Double { start }

  /// About so many marks at round values.
  func ticks(_ count: Int = 5) -> [Tick] {
    let values = isLogarithmic ? logarithmicValues(count) : linearValues(domain, count)
    let step = values.count > 1 ? values[1] - values[0] : 1
    let decimals = isLogarithmic ? nil : min(max(0, -Int(floor(log10(step) + 1e-9))), 8)
    return values.compactMap { value in
      guard let position = position(value) else { return nil }
      let isHuge = !isLogarithmic && (abs(value) >= 1e6 || step < 1e-4)
      let label = decimals.map { NumberText.fixed(value, decimals: $0) }
      return Tick(
        position: position,
        label: value == 0 ? "0" : isHuge ? NumberText.significant(value) : label ?? power(value))
    }
  }

  private func power(_ value: Double) -> String {
    let exponent = log10(value)
    guard abs(exponent - exponent.rounded()) < 1e-9, exponent < -2.5 || exponent > 4.5 else {
      return NumberText.significant(value)
    }
    return "10" + NumberText.superscript(Int(exponent.rounded()))
  }

  private func linearValues(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
    let rough = (range.upperBound - range.lowerBound) / Double(max(count, 1))
    guard rough > 0, rough.isFinite else { return [] }
    let unit = pow(10, floor(log10(rough)))
    let step = unit * ([1, 2, 5].first { $0 * unit >= rough * 0.85 } ?? 10)
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 50 else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  private func logarithmicValues(_ count: Int) -> [Double] {
    let span = domain.upperBound - domain.lowerBound
    if span < 0.7 {
      return linearValues(pow(10, domain.lowerBound)...pow(10, domain.upperBound), count - 1)
    }
    let first = Int(domain.lowerBound.rounded(.down))
    let last = Int(domain.upperBound.rounded(.up))
    let values = { (every: Int, factors: [Double]) in
      (first...last).filter { $0 % every == 0 }.flatMap { exponent in
        factors.map { $0 * pow(10, Double(exponent)) }
      }.filter { domain.contains(log10($0)) }
    }
    let choices =
      [values(1, [1, 2, 5]), values(1, [1, 3]), values(1, [1])] + (2...30).map { values($0, [1]) }
    return choices.first { $0.count <= count + 1 } ?? []
  }
}
