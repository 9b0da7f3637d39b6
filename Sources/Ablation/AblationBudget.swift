import PluginKit

/// A limit on the time of a whole matrix, and how cells share it.
public struct AblationBudget: Sendable, Equatable, CustomStringConvertible {
  /// What every cell gets the same of.
  public enum Share: String, Sendable, CaseIterable {
    /// Steps: slow methods take more of the time.
    case steps
    /// Seconds: slow methods take fewer steps.
    case seconds
  }

  /// The time for all cells.
  public let seconds: Double
  /// How it is divided.
  public let share: Share

  /// States a budget.
  public init(seconds: Double, share: Share) {
    self.seconds = seconds
    self.share = share
  }

  /// Reads `90s`, `45m`, `2h`, `1h30m`, `1d`, or plain seconds.
  public static func seconds(_ text: String) -> Double? {
    if let plain = Double(text) { return plain > 0 && plain.isFinite ? plain : nil }
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    var (total, digits) = (0.0, "")
    for character in text {
      if let unit = units[character] {
        guard let value = Double(digits), value >= 0 else { return nil }
        (total, digits) = (total + value * unit, "")
      } else {
        digits.append(character)
      }
    }
    return digits.isEmpty && total > 0 && total.isFinite ? total : nil
  }

  public var description: String { "\(seconds) seconds, equal \(share.rawValue)" }
}
