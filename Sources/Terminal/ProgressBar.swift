import Foundation
import PluginKit

/// Shows how far long work has come, how fast it goes and when it will be done.
///
/// On a terminal it is one line that is redrawn and never wider than the window; elsewhere it is one plain
/// line per interval and per tenth of the work, so that a log stays readable. It writes to standard error.
package final class ProgressBar {
  /// What is seldom set.
  package struct Options {
    /// What is counted, in the plural.
    package var unit = "steps"
    /// What was done before, as after a resume; it does not count for the rate.
    package var completed = 0
    /// Seconds between two lines where lines cannot be redrawn.
    package var interval = 10.0
    /// Whether nothing is shown at all, apart from ``ProgressBar/log(_:)``.
    package var isQuiet = false
    /// The time in seconds, from any origin.
    package var clock: () -> Double = { ProcessInfo.processInfo.systemUptime }

    /// The defaults.
    package init() {}
  }

  private static let redrawInterval = 0.1
  private static let rateWindow = 20.0

  private let terminal: Terminal
  private let options: Options
  private let start: Double
  private var line: ProgressLine
  private var samples: [(time: Double, completed: Int)]
  private var lastShown: (time: Double, tenth: Int)?
  private var isOnScreen = false

  /// Creates a bar for `total` units of work, `nil` where the amount is unknown. Nothing is shown yet.
  package init(
    label: String, total: Int?, terminal: Terminal = .standardError, options: Options = Options()
  ) {
    self.terminal = terminal
    self.options = options
    start = options.clock()
    line = ProgressLine(label: label, unit: options.unit, completed: options.completed, total: total)
    samples = [(start, options.completed)]
  }

  /// Notes that `completed` units are done and shows it if it is time to. Cheap enough for every step.
  ///
  /// - Parameter details: Numbers to show behind the rate, most important first.
  package func update(_ completed: Int, details: [(String, Double)] = []) {
    let now = options.clock()
    line.completed = completed
    if !details.isEmpty { line.details = details }
    if now - (samples.last?.time ?? start) >= Self.redrawInterval {
      samples.append((now, completed))
      while samples.count > 2, now - samples[0].time > Self.rateWindow { samples.removeFirst() }
    }
    guard isDue(now) else { return }
    show(now)
  }

  /// Writes a line of its own, above the bar if there is one on the screen.
  package func log(_ message: String) {
    clear()
    terminal.write(message + "\n")
    if terminal.isInteractive, lastShown != nil { show(options.clock()) }
  }

  /// Shows the last state and ends the line. The bar must not be used afterwards.
  package func finish() {
    guard !options.isQuiet else { return }
    let now = options.clock()
    let seconds = now - start
    line.rate = seconds > 0 ? Double(line.completed - options.completed) / seconds : nil
    if terminal.isInteractive {
      show(now)
      terminal.write("\n")
    } else {
      terminal.write(line.plain + "  in \(seconds.durationText)\n")
    }
    isOnScreen = false
    lastShown = nil
  }

  /// Removes the bar from the screen, for text that must stand alone, such as an error.
  package func clear() {
    guard isOnScreen else { return }
    terminal.write("\r\u{1B}[K")
    isOnScreen = false
  }

  private var tenth: Int { Int((line.fraction ?? 0) * 10) }

  private func isDue(_ now: Double) -> Bool {
    guard !options.isQuiet else { return false }
    guard let lastShown else { return true }
    if terminal.isInteractive { return now - lastShown.time >= Self.redrawInterval }
    guard !isFinished else { return false }  // `finish()` writes the last line.
    return now - lastShown.time >= options.interval || tenth > lastShown.tenth
  }

  private func show(_ now: Double) {
    guard !options.isQuiet else { return }
    lastShown = (now, tenth)
    if let first = samples.first, now > first.time, line.rate == nil || !isFinished {
      line.rate = Double(line.completed - first.completed) / (now - first.time)
    }
    guard terminal.isInteractive else {
      terminal.write(line.plain + "\n")
      return
    }
    // The last column stays free: some terminals wrap as soon as it is written.
    let text = line.fitted(to: max(terminal.width() - 1, 1), hasColor: terminal.hasColor)
    terminal.write("\r\(text)\u{1B}[K")
    isOnScreen = true
  }

  private var isFinished: Bool { line.total.map { line.completed >= $0 } ?? false }
}
