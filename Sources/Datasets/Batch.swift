/// The images of one training step.
public struct Batch: Sendable, Equatable {
  /// The images one after the other, 8-bit NHWC, flipped where the draw says so.
  public let bytes: [UInt8]
  /// Which images of the set they are.
  public let indices: [Int]
  /// The step that the batch belongs to, from 0.
  public let step: Int
  /// The pass over the data that the step belongs to, from 0.
  public let epoch: Int
}
