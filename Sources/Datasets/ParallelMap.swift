import Dispatch

extension Array where Element: Sendable {
  /// The results of `transform` in order, computed on all cores.
  func parallelMap<Result: Sendable>(_ transform: @Sendable (Element) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Each iteration writes its own element, so the buffer may be shared.
      nonisolated(unsafe) let slots = buffer
      let stripes = Swift.min(count, 64)
      DispatchQueue.concurrentPerform(iterations: stripes) { stripe in
        for index in (count * stripe / stripes)..<(count * (stripe + 1) / stripes) {
          slots.initializeElement(at: index, to: transform(self[index]))
        }
      }
      initialized = count
    }
  }
}
