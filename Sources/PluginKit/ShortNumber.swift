import Foundation

/// `value` with `digits` significant digits, without an exponent where that reads better.
package func shortNumber(_ value: Double, digits: Int = 3) -> String {
  guard value.isFinite else { return "\(value)" }
  let size = abs(value)
  if size >= 1000, size < 1e7 { return String(format: "%.0f", value) }
  return String(format: "%.\(digits)g", value)
}
