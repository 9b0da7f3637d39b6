import Terminal

struct LiveText {
  private let terminal: Terminal
  private var lineCount = 0
  private var isHidden = false

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// Replaces the lines of the last time, in one write so that nothing flickers.
  mutating func draw(_ lines: [String]) {
    let start = isHidden ? "" : "\u{1B}[?25l"
    let up = lineCount > 0 ? "\r\u{1B}[\(lineCount)A" : ""
    let text = lines.map { $0 + "\u{1B}[K\n" }.joined()
    terminal.write(start + up + text + "\u{1B}[J")
    lineCount = lines.count
    isHidden = true
  }

  /// Shows the cursor again, below the lines.
  mutating func finish() {
    if isHidden { terminal.write("\u{1B}[?25h") }
    isHidden = false
  }
}
