import Torch

/// What a checkpoint holds, without the values.
public struct CheckpointHeader: Sendable, Equatable {
  /// One tensor.
  public struct Tensor: Sendable, Equatable {
    /// The dotted name.
    public let name: String
    /// The type of the elements.
    public let dtype: SafetensorsType
    /// The sizes of the dimensions.
    public let shape: [Int]
    /// The bytes of the values.
    public let byteCount: Int
    /// The bytes that they take in the file.
    public let compressedByteCount: Int
  }

  /// The tensors in the order in which they were written.
  public let tensors: [Tensor]
  /// Free text by key.
  public let metadata: [String: String]
  /// The bytes of the safetensors file inside.
  public let byteCount: Int
  /// The bytes of the file on the disk.
  public let compressedByteCount: Int
}
