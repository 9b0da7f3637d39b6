import MoCAProtocols

/// The last keys, first in first out, in storage of fixed size.
///
/// It starts full of draws of the prior, as MoCo's queue starts full of random unit vectors, so that shapes never
/// change. The position and the age of the rows live on the device: enqueuing reads nothing back.
final class KeyQueue: Module {
  /// `[capacity, latentSize]`.
  @Buffer var keys: Tensor
  /// The row that is replaced next, `[1]` of `int64`.
  @Buffer var position: Tensor
  /// The batch that each row came with, `[capacity]` of `int64`, counted from 1; 0 for a draw of the prior.
  @Buffer var births: Tensor
  /// Batches enqueued so far, `[1]` of `int64`.
  @Buffer var batches: Tensor
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
    births = .zeros([capacity], dtype: .int64)
    batches = .zeros([1], dtype: .int64)
  }

  /// Replaces the oldest rows by `newKeys`, around the end where needed.
  func enqueue(_ newKeys: Tensor) {
    let count = newKeys.shape[0]
    // In place, which stays in whole numbers.
    let rows = Tensor.range(count, on: position.device) + position
    rows.reduce(modulo: Double(capacity))
    keys.replaceRows(at: rows, with: newKeys.to(dtype: keys.dtype))
    batches.add(1)
    births.replaceRows(at: rows, with: batches.expanded(to: [count]))
    position.add(Double(count))
    position.reduce(modulo: Double(capacity))
  }

  /// `queueAge`, the mean age of the stored keys in steps (the last batch's are 0 old), and `queueFilled`, the share
  /// of rows that are keys and no draws of the prior any more. Draws of the prior do not count as keys of any age.
  var diagnostics: [NamedTensor] {
    let isKey = births.isGreater(than: 0).to(dtype: .float32)
    let ages = (batches - births).to(dtype: .float32) * isKey
    return [
      NamedTensor("queueAge", ages.sum() / isKey.sum().clamped(min: 1)),
      NamedTensor("queueFilled", isKey.mean()),
    ]
  }
}
