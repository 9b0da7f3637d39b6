import Foundation

/// `value` with `digits` significant digits, without an exponent where that reads better.
func shortNumber(_ value: Double, digits: Int = 3) -> String {
  guard value.isFinite else { return "\(value)" }
  let size = abs(value)
  if size >= 1000, size < 1e7 { return String(format: "%.0f", value) }
  return String(format: "%.\(digits)g", value)
}

/// A time as `1:34`, `1:02:03` or `2d 3h`.
func shortDuration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
  let total = Int(seconds.rounded())
  let (days, hours, minutes) = (total / 86400, total / 3600 % 24, total / 60 % 60)
  if days > 0 { return "\(days)d \(hours)h" }
  if hours > 0 { return String(format: "%d:%02d:%02d", hours, minutes, total % 60) }
  return String(format: "%d:%02d", minutes, total % 60)
}
