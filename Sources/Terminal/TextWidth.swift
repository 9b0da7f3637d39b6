extension String {
  /// The columns that the text takes on a terminal: 0 for combining marks, 2 for wide East Asian characters
  /// and emoji, 1 for everything else.
  package var columnCount: Int { reduce(0) { $0 + $1.columnCount } }

  /// The text cut to at most `limit` columns, with `…` where something is missing.
  package func fitted(to limit: Int) -> String {
    guard columnCount > limit else { return self }
    guard limit > 0 else { return "" }
    var result = ""
    var used = 0
    for character in self where used <= limit - 1 {
      guard used + character.columnCount <= limit - 1 else { break }
      result.append(character)
      used += character.columnCount
    }
    return result + "…"
  }

  /// The text padded with spaces to `width` columns.
  package func padded(to width: Int, isTrailing: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - columnCount))
    return isTrailing ? space + self : self + space
  }

  /// The text without characters that would move the cursor or change the terminal.
  var printable: String {
    let scalars = unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    return String(String.UnicodeScalarView(scalars))
  }
}

extension Character {
  /// The columns that the character takes on a terminal.
  package var columnCount: Int {
    if unicodeScalars.contains(where: { $0.properties.isEmojiPresentation || $0 == "\u{FE0F}" }) { return 2 }
    return unicodeScalars.map(\.columnCount).max() ?? 0
  }
}

extension Unicode.Scalar {
  /// Ranges of the East Asian scripts whose characters take two columns.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD,
  ]

  fileprivate var columnCount: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: 0
    default: Self.wideRanges.contains { $0.contains(value) } ? 2 : 1
    }
  }
}
