import Runner
import Synchronization
import Terminal

/// What `moca train` shows while it works: a bar while images are packed, then one for the steps.
final class TrainingDisplay: Sendable {
  private let isQuiet: Bool
  private let packing: StageProgress
  private let steps = Mutex(BarBox())

  /// Lets a progress bar live behind a mutex.
  private struct BarBox {
    var bar: ProgressBar?
  }

  /// The means of a line of the log that are shown beside the bar.
  private static let details = ["loss", "reconstruction", "penalty"]

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
    packing = StageProgress(isQuiet: isQuiet)
  }

  /// Hears what happens, from any thread. A quiet display still warns.
  @Sendable
  func report(_ event: TrainingEvent) {
    switch event {
    case .packing(let done, let total, let what): packing.update(done, total, what)
    case .packed: packing.finish()
    case .passedOver(let checkpoint, let error):
      Console.warning("\(checkpoint.url.lastPathComponent) is passed over: \(error)")
    case .started(let completed, let total): start(completed, total)
    case .logged(let step, let means):
      let details = means.filter { Self.details.contains($0.name) }.map { ($0.name, $0.value) }
      steps.withLock { $0.bar?.update(step, details: details) }
    case .step(let step): steps.withLock { $0.bar?.update(step) }
    case .ended: steps.withLock { $0.bar?.finish() }
    case .evaluated, .saved: break
    }
  }

  private func start(_ completed: Int, _ total: Int) {
    let isQuiet = isQuiet
    steps.withLock { box in
      var options = ProgressBar.Options()
      options.completed = completed
      options.isQuiet = isQuiet
      box.bar = ProgressBar(label: "train", total: total, options: options)
    }
  }
}
