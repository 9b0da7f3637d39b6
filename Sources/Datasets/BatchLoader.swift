import Foundation

/// An endless stream of batches, made ahead of time on another thread.
///
/// Batch `step` depends on the seed and the step only, so that a loader that starts at step k gives what a
/// loader from 0 gives after k batches, and two runs of one seed see the same batches.
package final class BatchLoader {
  private let recipe: BatchRecipe
  private let queue: PrefetchQueue

  /// A loader of the batches of a recipe.
  ///
  /// - Parameters:
  ///   - step: The step of the first batch.
  ///   - prefetch: How many batches may wait, at least 1.
  package init(_ recipe: BatchRecipe, startingAt step: Int = 0, prefetch: Int = 2) {
    guard step >= 0 else { fatalError("BatchLoader: startingAt must be at least 0, found \(step)") }
    self.recipe = recipe
    queue = PrefetchQueue(capacity: max(1, prefetch))
    Self.startThread(recipe, queue, step)
  }

  deinit { queue.stop() }

  /// The next batch; waits for it where it is not ready.
  package func next() -> Batch { queue.take() }

  /// The thread holds the recipe and the queue but not the loader, so that the loader can go away.
  private static func startThread(_ recipe: BatchRecipe, _ queue: PrefetchQueue, _ firstStep: Int) {
    let thread = Thread {
      var step = firstStep
      var epoch = step / recipe.batchesPerEpoch
      var order = recipe.order(ofEpoch: epoch)
      while true {
        if step / recipe.batchesPerEpoch != epoch {
          epoch = step / recipe.batchesPerEpoch
          order = recipe.order(ofEpoch: epoch)
        }
        guard queue.put(recipe.batch(step: step, order: order)) else { return }
        step += 1
      }
    }
    thread.name = "batches"
    thread.start()
  }
}

/// A bounded queue between the thread that makes batches and the one that uses them.
///
/// All state is touched under the condition's lock only.
private final class PrefetchQueue: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var batches: [Batch] = []
  private var isStopped = false

  init(capacity: Int) { self.capacity = capacity }

  /// Waits for room and adds `batch`; false once the queue is stopped.
  func put(_ batch: Batch) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while batches.count >= capacity, !isStopped { condition.wait() }
    guard !isStopped else { return false }
    batches.append(batch)
    condition.signal()
    return true
  }

  /// Waits for a batch and takes it.
  func take() -> Batch {
    condition.lock()
    defer { condition.unlock() }
    while batches.isEmpty { condition.wait() }
    condition.signal()
    return batches.removeFirst()
  }

  func stop() {
    condition.lock()
    defer { condition.unlock() }
    isStopped = true
    condition.broadcast()
  }
}
