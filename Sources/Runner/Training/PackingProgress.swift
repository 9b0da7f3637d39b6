import Foundation
import Synchronization

/// Shows how far the packing of a dataset is; it may be told from any thread.
final class PackingProgress: Sendable {
  private let bar: Mutex<BarBox>

  /// Lets a progress bar live behind a mutex.
  private struct BarBox {
    var bar: ProgressBar?
    var what = ""
  }

  private let isQuiet: Bool

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    bar = Mutex(BarBox())
  }

  /// Notes that `done` of `total` units of `what` are ready.
  @Sendable
  func update(_ done: Int, _ total: Int?, _ what: String) {
    let isQuiet = isQuiet
    bar.withLock { box in
      if box.what != what {
        box.bar?.finish()
        var options = ProgressBar.Options()
        options.unit = "images"
        options.isQuiet = isQuiet
        box.bar = ProgressBar(label: what, total: total, options: options)
        box.what = what
      }
      box.bar?.update(done)
    }
  }

  /// Ends the line.
  func finish() { bar.withLock { $0.bar?.finish() } }
}
