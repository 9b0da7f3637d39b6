import Foundation

extension Double {
  /// Seconds as a person reads them: `41 s`, `3 min 20 s`, `2 h 5 min`.
  package var durationText: String {
    guard isFinite, self < 1e9 else { return "–" }
    let whole = Int(rounded())
    switch whole {
    case ..<1: return String(format: "%.2g s", max(0, self))
    case ..<60: return "\(whole) s"
    case ..<3600: return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s"
    default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
  }
}
