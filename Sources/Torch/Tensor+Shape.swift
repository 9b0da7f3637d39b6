import CTorch

extension Tensor {
  /// The same elements in another shape; one size may be −1.
  public func reshaped(_ shape: Int...) -> Tensor { reshaped(to: shape) }

  /// The same elements in another shape; one size may be −1.
  public func reshaped(to shape: [Int]) -> Tensor {
    withSizes(shape) { sizes, rank in tensor("reshaped", [self]) { ct_reshape($0, raw, sizes, rank) } }
  }

  /// All dimensions from `dim` on as one.
  public func flattened(from dim: Int) -> Tensor { reshaped(to: Array(shape.prefix(dim)) + [-1]) }

  /// Repeated along dimensions of size 1 without copying.
  public func expanded(to shape: [Int]) -> Tensor {
    withSizes(shape) { sizes, rank in tensor("expanded", [self]) { ct_expand($0, raw, sizes, rank) } }
  }

  /// The dimensions in another order.
  public func permuted(_ dims: Int...) -> Tensor {
    withSizes(dims) { dims, rank in tensor("permuted", [self]) { ct_permute($0, raw, dims, rank) } }
  }

  /// Two dimensions exchanged; the last two unless said otherwise.
  public func transposed(_ first: Int = -2, _ second: Int = -1) -> Tensor {
    tensor("transposed", [self]) { ct_transpose($0, raw, Int64(first), Int64(second)) }
  }

  /// `count` elements along `dim` from `start`.
  public func narrowed(along dim: Int, from start: Int, count: Int) -> Tensor {
    tensor("narrowed", [self]) { ct_narrow($0, raw, Int64(dim), Int64(start), Int64(count)) }
  }

  /// The slice at `index` along `dim`, without that dimension.
  public func selected(along dim: Int, at index: Int) -> Tensor {
    tensor("selected", [self]) { ct_select($0, raw, Int64(dim), Int64(index)) }
  }

  /// The slices at `indices` (`int64`, rank 1) along `dim`.
  public func gathered(along dim: Int, at indices: Tensor) -> Tensor {
    tensor("gathered", [self, indices]) { ct_index_select($0, raw, Int64(dim), indices.raw) }
  }

  /// A new dimension of size 1 before `dim`.
  public func expandingDimension(at dim: Int) -> Tensor {
    tensor("expandingDimension", [self]) { ct_unsqueeze($0, raw, Int64(dim)) }
  }

  /// Without the dimension `dim`, which has size 1.
  public func squeezingDimension(at dim: Int) -> Tensor {
    tensor("squeezingDimension", [self]) { ct_squeeze($0, raw, Int64(dim)) }
  }

  /// Mirrored along `dim`.
  public func flipped(along dim: Int) -> Tensor {
    tensor("flipped", [self]) { ct_flip($0, raw, Int64(dim)) }
  }

  /// Sorted along `dim`, ascending.
  public func sorted(along dim: Int) -> Tensor {
    pair("sorted", [self]) { ct_sort($0, $1, raw, Int64(dim), false) }.0
  }

  /// The positions (`int64`) of the elements along `dim` in ascending order.
  public func sortedIndices(along dim: Int) -> Tensor {
    pair("sortedIndices", [self]) { ct_sort($0, $1, raw, Int64(dim), false) }.1
  }

  /// The `count` smallest elements along `dim`, ascending, and their positions (`int64`).
  public func smallest(_ count: Int, along dim: Int) -> (values: Tensor, indices: Tensor) {
    pair("smallest", [self]) { ct_topk($0, $1, raw, Int64(count), Int64(dim), false) }
  }

  /// One element along `dim` for each of `indices` (`int64`, of the same rank).
  public func picked(along dim: Int, at indices: Tensor) -> Tensor {
    tensor("picked", [self, indices]) { ct_gather($0, raw, Int64(dim), indices.raw) }
  }

  /// The rows in blocks of at most `count`, without copying.
  package func blocks(ofRows count: Int) -> [Tensor] {
    let rows = shape[0]
    return stride(from: 0, to: rows, by: max(1, count)).map {
      narrowed(along: 0, from: $0, count: Swift.min(max(1, count), rows - $0))
    }
  }

  /// The elements on the diagonal of a matrix.
  public func diagonal() -> Tensor { tensor("diagonal", [self]) { ct_diagonal($0, raw) } }

  /// `value` where `mask` is true, the element elsewhere.
  public func filled(where mask: Tensor, with value: Double) -> Tensor {
    tensor("filled", [self, mask]) { ct_masked_fill($0, raw, mask.raw, value) }
  }

  /// This tensor's elements where `condition` holds, `other`'s elsewhere.
  public func selecting(where condition: Tensor, otherwise other: Tensor) -> Tensor {
    tensor("selecting", [condition, self, other]) { ct_where($0, condition.raw, raw, other.raw) }
  }

  /// Joined along an existing dimension.
  public static func concatenated(_ tensors: [Tensor], along dim: Int = 0) -> Tensor {
    withHandles(tensors) { handles, count in
      tensor("concatenated", tensors) { ct_cat($0, handles, count, Int64(dim)) }
    }
  }

  /// Joined along a new dimension.
  public static func stacked(_ tensors: [Tensor], along dim: Int = 0) -> Tensor {
    withHandles(tensors) { handles, count in
      tensor("stacked", tensors) { ct_stack($0, handles, count, Int64(dim)) }
    }
  }

  /// Stored in row-major order.
  public func contiguous() -> Tensor { tensor("contiguous", [self]) { ct_contiguous($0, raw, false) } }

  /// Rank 4, stored with the channels innermost: three to four times as fast under convolutions on a CPU.
  public func channelsLast() -> Tensor { tensor("channelsLast", [self]) { ct_contiguous($0, raw, true) } }

  /// On another device or with another element type; itself where nothing changes.
  public func to(dtype: DType? = nil, on device: Device? = nil) -> Tensor {
    tensor("to", [self]) { ct_to($0, raw, (dtype ?? self.dtype).code, (device ?? self.device).code) }
  }
}
