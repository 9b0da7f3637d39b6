import Foundation

/// A tensor as bytes: what is in a file, away from any device.
public struct TensorRecord: Sendable, Equatable {
  /// The dotted name, as in `encoder.layers.0.weight`.
  public var name: String
  /// The type of the elements.
  public var dtype: SafetensorsType
  /// The sizes of the dimensions; empty for a scalar.
  public var shape: [Int]
  /// The elements, little-endian, contiguous, last dimension fastest.
  public var data: Data

  /// Creates a record. That `data` has the length that the shape asks for is checked on writing.
  public init(name: String, dtype: SafetensorsType, shape: [Int], data: Data) {
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.data = data
  }
}
