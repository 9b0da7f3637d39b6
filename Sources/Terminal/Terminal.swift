import Foundation

/// Where text for a person goes, and what that place can do.
package struct Terminal {
  /// Whether lines can be redrawn: a terminal that is not `dumb`.
  package let isInteractive: Bool
  /// Whether colours are wanted: an interactive terminal without `NO_COLOR`.
  package let hasColor: Bool
  /// The columns, asked anew each time because windows are resized.
  package let width: () -> Int
  /// The lines, asked anew each time.
  package let height: () -> Int
  /// Writes text as it is.
  package let write: (String) -> Void

  /// Creates a terminal from its parts, as a test does.
  package init(
    isInteractive: Bool, hasColor: Bool = false, width: @escaping () -> Int = { 80 },
    height: @escaping () -> Int = { 24 }, write: @escaping (String) -> Void
  ) {
    self.isInteractive = isInteractive
    self.hasColor = hasColor
    self.width = width
    self.height = height
    self.write = write
  }

  /// The process's standard error, where progress and messages belong.
  package static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }

  /// The process's standard output, where results belong.
  package static var standardOutput: Terminal { Terminal(descriptor: STDOUT_FILENO) }

  private init(descriptor: Int32) {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(descriptor) == 1 && environment["TERM"] != "dumb"
    self.init(
      isInteractive: isTerminal, hasColor: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
      width: { Self.size(of: descriptor)?.columns ?? environment["COLUMNS"].flatMap(Int.init) ?? 80 },
      height: { Self.size(of: descriptor)?.lines ?? 24 },
      write: { Self.write($0, to: descriptor) })
  }

  private static func size(of descriptor: Int32) -> (columns: Int, lines: Int)? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }

  /// Writes without buffering. A reader that has gone away is no reason to stop the work.
  private static func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
