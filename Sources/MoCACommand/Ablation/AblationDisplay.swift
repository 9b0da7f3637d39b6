import Foundation
import MoCAProtocols
import Runner
import Synchronization

/// What `moca ablate` says while it works: a line for each cell that starts or ends.
final class AblationDisplay: Sendable {
  private let folder: AblationFolder
  private let left: Int
  private let isQuiet: Bool
  private let ended = Mutex(0)

  init(folder: AblationFolder, left: Int, isQuiet: Bool) {
    self.folder = folder
    self.left = left
    self.isQuiet = isQuiet
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
  }

  /// Hears what happens, from any thread.
  @Sendable
  func report(_ event: AblationScheduler.Event) {
    switch event {
    case .started(let cell): say("\(cell.name): started")
    case .ended(let cell, let outcome):
      let number = ended.withLock { count in
        count += 1
        return count
      }
      let reason = outcome.reason.map { ": " + $0.prefix { $0 != "\n" } } ?? ""
      say(
        "[\(number)/\(left)] \(cell.name): \(outcome.state.rawValue) after \(Console.duration(outcome.seconds))\(reason)"
      )
    }
  }

  private func say(_ text: String) {
    if !isQuiet { Console.note(text) }
  }
}
