import CTorch
import Foundation

/// A Swift type that tensors can be made of and read as.
public protocol TensorElement {
  /// The element type with the same bytes.
  static var dtype: DType { get }
}

extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }

extension Tensor {
  /// A tensor on the host with a copy of `values` in row-major order.
  public init<Element: TensorElement>(_ values: [Element], shape: [Int]) {
    if values.count != shape.reduce(1, *) {
      fatalError("\(values.count) values do not fill the shape \(shape)")
    }
    self = values.withUnsafeBytes { Tensor(bytes: $0, shape: shape, dtype: Element.dtype) }
  }

  /// A tensor of rank 1 on the host.
  public init<Element: TensorElement>(_ values: [Element]) { self.init(values, shape: [values.count]) }

  /// A tensor on the host with a copy of `bytes`, which hold its elements in row-major order.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
    let needed = shape.reduce(1, *) * dtype.byteCount
    if bytes.count != needed { fatalError("\(bytes.count) bytes where \(dtype)\(shape) needs \(needed)") }
    self = withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { empty in
      let start = bytes.baseAddress ?? UnsafeRawPointer(empty.baseAddress) ?? UnsafeRawPointer(bitPattern: 1)
      guard let start else { fatalError("no memory") }
      return withSizes(shape) { sizes, rank in
        tensor("init", []) { ct_from_host($0, start, sizes, rank, dtype.code) }
      }
    }
  }

  /// A tensor filled with `value`.
  public static func full(
    _ shape: [Int], _ value: Double, dtype: DType = .float32, on device: Device = .cpu
  ) -> Tensor {
    withSizes(shape) { sizes, rank in
      tensor("full", []) { ct_full($0, sizes, rank, value, dtype.code, device.code) }
    }
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .float32, on device: Device = .cpu) -> Tensor {
    full(shape, 0, dtype: dtype, on: device)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .float32, on device: Device = .cpu) -> Tensor {
    full(shape, 1, dtype: dtype, on: device)
  }

  /// A tensor of rank 0.
  public static func scalar(_ value: Double, dtype: DType = .float32, on device: Device = .cpu) -> Tensor {
    full([], value, dtype: dtype, on: device)
  }

  /// 0, 1, …, count − 1.
  public static func range(_ count: Int, dtype: DType = .int64, on device: Device = .cpu) -> Tensor {
    tensor("range", []) { ct_arange($0, Int64(count), dtype.code, device.code) }
  }

  /// The identity matrix.
  public static func identity(_ count: Int, dtype: DType = .float32, on device: Device = .cpu) -> Tensor {
    tensor("identity", []) { ct_eye($0, Int64(count), dtype.code, device.code) }
  }

  /// Independent draws of the standard normal distribution, on the generator's device.
  public static func normal(_ shape: [Int], dtype: DType = .float32, using generator: Generator) -> Tensor {
    withSizes(shape) { sizes, rank in
      tensor("normal", []) {
        ct_randn($0, sizes, rank, generator.raw, dtype.code, generator.device.code)
      }
    }
  }

  /// Independent draws of the uniform distribution on [0, 1), on the generator's device.
  public static func uniform(_ shape: [Int], dtype: DType = .float32, using generator: Generator) -> Tensor {
    withSizes(shape) { sizes, rank in
      tensor("uniform", []) {
        ct_rand($0, sizes, rank, generator.raw, dtype.code, generator.device.code)
      }
    }
  }

  /// 0, 1, …, count − 1 in random order (`int64`), on the generator's device.
  public static func permutation(_ count: Int, using generator: Generator) -> Tensor {
    tensor("permutation", []) { ct_randperm($0, Int64(count), generator.raw, generator.device.code) }
  }

  /// Draws of the gamma distribution of scale 1, whose shapes are this tensor's elements; differentiable in
  /// them.
  public func gammaDraws(using generator: Generator) -> Tensor {
    tensor("gammaDraws", [self]) { ct_standard_gamma($0, raw, generator.raw) }
  }

  /// The elements in row-major order, read back to the host.
  public func values<Element: TensorElement>(as type: Element.Type) -> [Element] {
    let source = to(dtype: Element.dtype)
    let count = source.elementCount
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      if let base = bytes.baseAddress {
        trapping("values", [self]) { ct_copy_to_host(base, Int64(bytes.count), source.raw) }
      }
      initialized = count
    }
  }

  /// The elements as `Float`.
  public var floats: [Float] { values(as: Float.self) }

  /// The elements as `Double`.
  public var doubles: [Double] { values(as: Double.self) }

  /// The elements' bytes in row-major order, little-endian, read back to the host.
  public var data: Data {
    let count = elementCount * dtype.byteCount
    var data = Data(count: count)
    data.withUnsafeMutableBytes { bytes in
      if let base = bytes.baseAddress {
        trapping("data", [self]) { ct_copy_to_host(base, Int64(count), raw) }
      }
    }
    return data
  }
}
