import CTorch

/// A multidimensional array on a device, with a place in the autograd graph.
///
/// A tensor is a reference to storage that libtorch owns; it dies with the last Swift value that holds it.
/// It is deliberately not `Sendable`: one thread trains. Misuse (shapes, types, devices) traps with the
/// operation, the shapes and libtorch's text; what the world can get wrong throws.
public struct Tensor {
  final class Storage {
    let raw: ct_tensor

    init(_ raw: ct_tensor) { self.raw = raw }

    deinit { ct_tensor_free(raw) }
  }

  let storage: Storage

  init(owning raw: ct_tensor) { storage = Storage(raw) }

  var raw: ct_tensor { storage.raw }

  /// Number of dimensions.
  public var rank: Int { Int(ct_rank(raw)) }

  /// Sizes of the dimensions.
  public var shape: [Int] {
    let count = rank
    return [Int](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.withMemoryRebound(to: Int64.self) { sizes in
        if let base = sizes.baseAddress { ct_shape(raw, base) }
      }
      initialized = count
    }
  }

  /// Number of elements.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The type of the elements.
  public var dtype: DType { DType(ct_dtype_of(raw)) }

  /// Where the tensor lives.
  public var device: Device { Device(ct_device_of(raw)) }

  /// Whether a rank-4 tensor is stored with its channels innermost.
  public var isChannelsLast: Bool { ct_is_channels_last(raw) }

  /// The one element of a tensor that has one, read back to the host. Never call it inside a training step.
  public var item: Double {
    var value = 0.0
    trapping("item", [self]) { ct_item(&value, raw) }
    return value
  }

  /// The number of tensors alive in the process; for leak tests.
  public static var liveCount: Int { Int(ct_live_tensors()) }
}

extension Tensor: CustomStringConvertible {
  /// Type, shape and device; the values are not read back.
  public var description: String { "Tensor(\(dtype), \(shape), \(device))" }
}

/// Calls `body` with the sizes as libtorch wants them.
@inline(__always)
func withSizes<Result>(_ sizes: [Int], _ body: (UnsafePointer<Int64>, Int32) -> Result) -> Result {
  withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(sizes.count, 1)) { buffer in
    for (index, size) in sizes.enumerated() { buffer[index] = Int64(size) }
    guard let base = buffer.baseAddress else { fatalError("no memory for \(sizes.count) sizes") }
    return body(base, Int32(sizes.count))
  }
}

/// Calls `body` with the handles of a list of tensors, which outlive the call.
@inline(__always)
func withHandles<Result>(_ tensors: [Tensor], _ body: (UnsafePointer<ct_tensor>, Int32) -> Result) -> Result {
  withExtendedLifetime(tensors) {
    tensors.map(\.raw).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { fatalError("a list of tensors is empty") }
      return body(base, Int32(buffer.count))
    }
  }
}
