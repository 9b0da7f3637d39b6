import CTorch

/// The type of a tensor's elements.
public enum DType: String, Sendable, CaseIterable {
  case float32, float64, bfloat16, float16, int64, int32, uint8, bool

  init(_ code: ct_dtype) {
    switch code {
    case CT_FLOAT32: self = .float32
    case CT_FLOAT64: self = .float64
    case CT_BFLOAT16: self = .bfloat16
    case CT_FLOAT16: self = .float16
    case CT_INT64: self = .int64
    case CT_INT32: self = .int32
    case CT_UINT8: self = .uint8
    case CT_BOOL: self = .bool
    default: fatalError("a tensor has an element type that this library does not use")
    }
  }

  var code: ct_dtype {
    switch self {
    case .float32: CT_FLOAT32
    case .float64: CT_FLOAT64
    case .bfloat16: CT_BFLOAT16
    case .float16: CT_FLOAT16
    case .int64: CT_INT64
    case .int32: CT_INT32
    case .uint8: CT_UINT8
    case .bool: CT_BOOL
    }
  }

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .bfloat16, .float16: 2
    case .uint8, .bool: 1
    }
  }
}

/// Where a tensor lives.
public enum Device: Sendable, Hashable, CustomStringConvertible {
  case cpu
  /// A CUDA device by index.
  case cuda(Int)

  /// The first CUDA device.
  public static let cuda = Device.cuda(0)

  init(_ device: ct_device) {
    self = device.type == 0 ? .cpu : .cuda(Int(device.index))
  }

  var code: ct_device {
    switch self {
    case .cpu: ct_device(type: 0, index: 0)
    case .cuda(let index): ct_device(type: 1, index: Int32(index))
    }
  }

  /// `cpu`, or `cuda:0`.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }
}
