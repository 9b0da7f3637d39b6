extension Console {
  /// Words in lines of at most `width` columns where words allow it; lines after the first start with `indent`.
  package static func wrapped(_ text: String, to width: Int, indent: String = "") -> String {
    var lines: [String] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      if let line = lines.last, line.count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append((lines.isEmpty ? "" : indent) + word)
      }
    }
    return lines.joined(separator: "\n")
  }
}
