import MoCAProtocols

/// The last keys, first in first out, in storage of fixed size.
///
/// It starts full of draws of the prior, as MoCo's queue starts full of random unit vectors, so that shapes never
/// change. The position lives on the device: enqueuing reads nothing back.
final class KeyQueue: Module {
  /// `[capacity, latentSize]`.
  @Buffer var keys: Tensor
  /// The row that is replaced next, `[1]` of `int64`.
  @Buffer var position: Tensor
  let capacity: Int

  init(capacity: Int, context: MemoryContext) throws {
    if capacity < context.batchSize {
      throw ConfigurationError.outOfRange(
        path: "memory.capacity", found: "\(capacity)",
        allowed: "at least training.batch, which is \(context.batchSize)")
    }
    let valueLimit = 1 << 31
    if capacity > valueLimit / context.prior.latentSize {
      throw ConfigurationError.outOfRange(
        path: "memory.capacity", found: "\(capacity)",
        allowed:
          "at most \(valueLimit / context.prior.latentSize) with latent.size=\(context.prior.latentSize): "
          + "8 GiB of keys")
    }
    self.capacity = capacity
    keys = context.prior.sample(capacity, using: context.generator)
    position = .zeros([1], dtype: .int64)
  }

  /// Replaces the oldest rows by `newKeys`, around the end where needed.
  func enqueue(_ newKeys: Tensor) {
    let count = newKeys.shape[0]
    let rows = (Tensor.range(count, on: position.device) + position).remainder(dividingBy: Double(capacity))
    keys.replaceRows(at: rows.to(dtype: .int64), with: newKeys.to(dtype: keys.dtype))
    position.add(Double(count))
    position.reduce(modulo: Double(capacity))
  }
}
