import Foundation

extension Tensor {
  /// A tensor on the host with the elements of a stored one.
  ///
  /// - Throws: ``SafetensorsError`` where shape and bytes do not agree, ``TorchError`` for an element type
  ///   that tensors do not have here.
  public init(_ record: TensorRecord) throws {
    guard let dtype = record.dtype.dtype else {
      let known = DType.allCases.map { SafetensorsType($0).rawValue }.joined(separator: ", ")
      throw TorchError(
        kind: .type,
        message: "tensor \"\(record.name)\" has the element type \(record.dtype.rawValue), which cannot "
          + "become a tensor; convert it first (supported: \(known))")
    }
    let expected = try SafetensorsHeader.byteCount(
      name: record.name, dtype: record.dtype, shape: record.shape)
    guard record.data.count == expected else {
      throw SafetensorsError.wrongLength(name: record.name, expected: expected, found: record.data.count)
    }
    // A foreign file may hold any byte; libtorch takes a Boolean to be 0 or 1.
    let data = dtype == .bool ? Data(record.data.map { $0 == 0 ? 0 : 1 }) : record.data
    self = data.withUnsafeBytes { Tensor(bytes: $0, shape: record.shape, dtype: dtype) }
  }

  /// The tensor as bytes under a name, read back to the host. Elements are in row-major order whatever the
  /// layout on the device.
  public func record(named name: String) -> TensorRecord {
    TensorRecord(name: name, dtype: SafetensorsType(dtype), shape: shape, data: data)
  }
}

extension SafetensorsType {
  /// The stored type of a tensor's elements.
  public init(_ dtype: DType) {
    self =
      switch dtype {
      case .float32: .float32
      case .float64: .float64
      case .bfloat16: .bfloat16
      case .float16: .float16
      case .int64: .int64
      case .int32: .int32
      case .uint8: .uint8
      case .bool: .bool
      }
  }

  /// The tensor type with the same bytes, or `nil` where tensors have none here.
  public var dtype: DType? { DType.allCases.first { SafetensorsType($0) == self } }
}
