import Foundation

/// Numbers as a reader wants them: a true minus sign, groups of thousands, no more digits than mean something.
enum NumberText {
  /// A number with so many digits after the point.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
    let text = String(format: "%.\(max(decimals, 0))f", abs(value))
    let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
    return (value < 0 && !isZero ? "−" : "") + grouped(text)
  }

  /// A number with so many significant digits, with a power of ten where it is very small or very large.
  static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value != 0, value.isFinite else { return fixed(value, decimals: 0) }
    let exponent = Int(floor(log10(abs(value))))
    if exponent < -4 || exponent > 8 {
      return trimmed(fixed(value / pow(10, Double(exponent)), decimals: 2)) + " × 10" + superscript(exponent)
    }
    return trimmed(fixed(value, decimals: digits - 1 - exponent))
  }

  /// The digits after the point that a column of values needs: two digits of the typical interval, or else so many of
  /// the largest value. `nil` where one number of digits does not serve them all.
  static func decimals(for values: [Double], intervals: [Double], digits: Int) -> Int? {
    let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map(abs)
    guard let largest = magnitudes.max(), let smallest = magnitudes.min() else { return 0 }
    guard largest >= 1e-3, largest < 1e9, largest / smallest < 1e5 else { return nil }
    if values.allSatisfy({ $0 == $0.rounded() }), intervals.allSatisfy({ $0 == 0 }) { return 0 }
    let widths = intervals.filter { $0.isFinite && $0 > 0 }.sorted()
    let needed =
      widths.isEmpty
      ? digits - 1 - Int(floor(log10(largest))) : 1 - Int(floor(log10(widths[widths.count / 2] / 2)))
    return min(max(needed, 0), 5)
  }

  /// A power's exponent.
  static func superscript(_ exponent: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (exponent < 0 ? "⁻" : "") + String(abs(exponent)).compactMap(\.wholeNumberValue).map { digits[$0] }
  }

  private static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", maxSplits: 1)
    guard let whole = parts.first, whole.count > 3 else { return text }
    var grouped = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { grouped.append(",") }
      grouped.append(digit)
    }
    return grouped + (parts.count > 1 ? "." + parts[1] : "")
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
