import Foundation
import Synchronization

/// Shows how far long work in several stages is, one bar after the other; it may be told from any thread.
package final class StageProgress: Sendable {
  private let bar: Mutex<BarBox>

  /// Lets a progress bar live behind a mutex.
  private struct BarBox {
    var bar: ProgressBar?
    var what = ""
  }

  private let isQuiet: Bool

  /// Shows nothing before the first update.
  package init(isQuiet: Bool = false) {
    self.isQuiet = isQuiet
    bar = Mutex(BarBox())
  }

  /// Notes that `done` of `total` units of `what` are ready.
  @Sendable
  package func update(_ done: Int, _ total: Int?, _ what: String) {
    let isQuiet = isQuiet
    bar.withLock { box in
      if box.what != what {
        box.bar?.finish()
        var options = ProgressBar.Options()
        options.unit = "items"
        options.isQuiet = isQuiet
        options.completed = done  // What was done before the first word does not count for the rate.
        box.bar = ProgressBar(label: what, total: total, options: options)
        box.what = what
      }
      box.bar?.update(done)
    }
  }

  /// Ends the line.
  package func finish() { bar.withLock { $0.bar?.finish() } }
}
