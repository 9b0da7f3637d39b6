import Foundation
import PluginKit

/// The values of an axis, as they are written: `moca,mmd`, `0..4`, `log(0.01,10,5)`, `linear(0,1,3)`, or a list in a
/// file.
enum AxisValues {
  /// The most values that a range may have; a slip of the hand in a range would fill the disk.
  static let limit = 10_000

  /// Reads what stands behind `key=`.
  ///
  /// - Throws: `ConfigurationError` where a part is no value, or none is there.
  static func parse(_ text: String, key: String) throws -> [ConfigurationValue] {
    let parts = split(text)
    if parts.contains("") {
      throw ConfigurationError.incompatible(
        "the axis \(key) has an empty value in \"\(key)=\(text)\"; write values with commas between them, "
          + "as in \(key)=a,b or \(key)=0..4")
    }
    return try parts.flatMap { try expand($0, key: key) }
  }

  /// Reads an axis of a file: a list whose texts may be ranges, or one text.
  static func parse(_ value: ConfigurationValue, key: String) throws -> [ConfigurationValue] {
    switch value {
    case .list(let values):
      if values.isEmpty {
        throw ConfigurationError.incompatible("the axis \(key) has no values; give it some, as in [a, b]")
      }
      return try values.flatMap { value in try value.text.map { try expand($0, key: key) } ?? [value] }
    case .string(let text): return try parse(text, key: key)
    default: return [value]
    }
  }

  /// One part: a range, a spacing, or a plain value.
  private static func expand(_ text: String, key: String) throws -> [ConfigurationValue] {
    if let range = text.wholeMatch(of: /(-?\d+)\.\.(-?\d+)/) {
      guard let first = Int(range.1), let last = Int(range.2), first <= last,
        last.subtractingReportingOverflow(first).partialValue < limit,
        !last.subtractingReportingOverflow(first).overflow
      else {
        throw ConfigurationError.outOfRange(
          path: key, found: text, allowed: "a rising range of at most \(limit) whole numbers, as in 0..4")
      }
      return (first...last).map { .integer($0) }
    }
    if let spacing = text.wholeMatch(of: /(log|linear)\(([^)]*)\)/) {
      return try spaced(String(spacing.1), split(String(spacing.2)), text, key)
    }
    return [try ConfigurationValue(override: text)]
  }

  private static func spaced(
    _ kind: String, _ arguments: [String], _ text: String, _ key: String
  ) throws -> [ConfigurationValue] {
    let isLog = kind == "log"
    guard arguments.count == 3, let first = Double(arguments[0]), let last = Double(arguments[1]),
      let count = Int(arguments[2]), (2...limit).contains(count), first.isFinite, last.isFinite,
      first != last, !isLog || first > 0 && last > 0
    else {
      throw ConfigurationError.outOfRange(
        path: key, found: text,
        allowed: isLog
          ? "log(first,last,count) with numbers above 0, as in log(0.01,10,5)"
          : "linear(first,last,count), as in linear(0,1,5)")
    }
    return (0..<count).map { index in
      let share = Double(index) / Double(count - 1)
      let value =
        isLog ? exp(log(first) * (1 - share) + log(last) * share) : first * (1 - share) + last * share
      return .number(rounded(value))
    }
  }

  /// Six significant digits: the value is a name as well.
  private static func rounded(_ value: Double) -> Double { Double(String(format: "%.6g", value)) ?? value }

  /// Splits at commas that stand in no brackets and no quotes.
  private static func split(_ text: String) -> [String] {
    var (parts, part, depth, quote) = ([String](), "", 0, Character?.none)
    for character in text {
      if let open = quote {
        if character == open { quote = nil }
      } else if "\"'".contains(character) {
        quote = character
      } else if "([{".contains(character) {
        depth += 1
      } else if ")]}".contains(character) {
        depth -= 1
      } else if character == ",", depth == 0 {
        parts.append(part.trimmingCharacters(in: .whitespaces))
        part = ""
        continue
      }
      part.append(character)
    }
    return parts + [part.trimmingCharacters(in: .whitespaces)]
  }
}
