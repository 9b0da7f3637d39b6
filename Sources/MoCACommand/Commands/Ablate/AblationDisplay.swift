import Ablation
import Foundation
import MoCAProtocols
import Synchronization
import Terminal

/// What `moca ablate` shows while it works: the live table on a terminal, else a line for each cell that starts or ends.
final class AblationDisplay: Sendable {
  private let folder: AblationFolder
  private let left: Int
  private let isQuiet: Bool
  private let isLive: Bool
  private let ended = Mutex(0)
  /// Whether the table goes on being drawn; the one who draws holds it.
  private let isDrawing = Mutex(false)
  private let hasStopped = DispatchSemaphore(value: 0)

  init(folder: AblationFolder, left: Int, isQuiet: Bool) {
    self.folder = folder
    self.left = left
    self.isQuiet = isQuiet
    isLive = !isQuiet && Terminal.standardError.isInteractive
  }

  /// What is about to be done.
  func begin(jobs: Int) {
    if isQuiet { return }
    let count = folder.definition.cells.count
    let done = count - left
    Console.note(
      "\(Console.path(folder.url)): \(count) cells" + (done > 0 ? ", \(done) are finished" : "")
        + (left > 0 ? "; \(left) to run, \(jobs) at a time on \(folder.definition.threads) threads each" : "")
    )
    if isLive, left > 0 { startDrawing() }
  }

  /// Draws the table a last time and leaves it there.
  func end() {
    let wasDrawing = isDrawing.withLock { drawing in
      defer { drawing = false }
      return drawing
    }
    if wasDrawing { hasStopped.wait() }
  }

  /// Hears what happens, from any thread.
  @Sendable
  func report(_ event: AblationScheduler.Event) {
    if isQuiet || isLive { return }
    switch event {
    case .started(let cell): Console.note("\(cell.name): started")
    case .ended(let cell, let outcome):
      let number = ended.withLock { count in
        count += 1
        return count
      }
      let reason = outcome.reason.map { ": " + $0.prefix { $0 != "\n" } } ?? ""
      Console.note(
        "[\(number)/\(left)] \(cell.name): \(outcome.state.rawValue) after \(Console.duration(outcome.seconds))\(reason)"
      )
    }
  }

  private func startDrawing() {
    isDrawing.withLock { $0 = true }
    let thread = Thread { [self] in
      let terminal = Terminal.standardError
      var screen = LiveText(terminal)
      var isLast = false
      while !isLast {
        isLast = !isDrawing.withLock { $0 }
        if let status = try? AblationStatus(of: folder) {
          screen.draw(
            AblationTable(status).lines(width: terminal.width() - 1, height: terminal.height() - 2))
        }
        for _ in 0..<20 where !isLast && isDrawing.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.05) }
      }
      screen.finish()
      hasStopped.signal()
    }
    thread.start()
  }
}
