import Foundation
import MoCAProtocols

/// How a classifier is trained.
public struct ClassifierTrainingConfiguration: PluginConfiguration {
  @Setting(
    "channels of the first convolution; the features are up to eight times as many", .between(1, 256),
    source: "ours: 128 features within 4 MB")
  public var width = 16
  @Setting(
    "passes over the images", .between(1, 10_000), source: "ours: what one thread does in half an hour")
  public var epochs = 12
  @Setting("images in a batch", .between(2, 65_536), source: "ours")
  public var batch = 128
  @Setting("highest learning rate", .above(0), source: "ours: tried on CIFAR-10 and MNIST")
  public var learningRate = 0.006
  @Setting("AdamW's weight decay", .atLeast(0), source: "ours: tried on CIFAR-10")
  public var weightDecay = 0.05
  @Setting(
    "share of each target that goes to all classes evenly", .within(0, below: 1),
    source: "none: smoothing brings features of one class together (Müller et al., NeurIPS 2019)")
  public var smoothing = 0.0
  @Setting("mirror images at random; not for digits or text", source: "the field's habit for photographs")
  public var flips = false
  @Setting(
    "shift images by up to so many pixels, both ways", .between(0, 32), source: "ours; CIFAR-10's habit is 4")
  public var shift = 2
  @Setting("share of the images held out to measure the network", .within(0, below: 1), source: "ours")
  public var holdout = 0.1
  @Setting("decides which images are held out", .atLeast(0)) public var splitSeed = 0
  @Setting("decides weights, order and augmentation", .atLeast(0)) public var seed = 0
  @Setting(
    "number format of convolutions while training",
    source: "ours: as accurate and faster where the CPU knows it")
  public var precision = Precision.float32

  public init() {}

  /// The number format of matrix products and convolutions.
  public enum Precision: String, CaseIterable, SettingValue {
    case float32
    case bfloat16

    var dtype: DType { self == .float32 ? .float32 : .bfloat16 }
  }

  /// A straight line up to the highest rate for the first fifth, then a cosine down to zero.
  func learningRate(at progress: Double) -> Double {
    let rise = 0.2
    if progress < rise { return learningRate * (progress / rise) }
    return learningRate * 0.5 * (1 + cos(Double.pi * (progress - rise) / (1 - rise)))
  }
}

/// Moves each image by a whole number of pixels and mirrors it with probability one half, drawn for each image
/// alone. What comes in from outside is the image mirrored at its border.
struct ShiftsAndFlips {
  /// The largest shift, in pixels.
  let reach: Int
  let flips: Bool

  /// `[batch, channels, h, w]` of any type → the same.
  func applied(to images: Tensor, using generator: Generator) -> Tensor {
    let sizes = images.shape
    let rows = positions(sizes[2], count: sizes[0], flips: false, using: generator)
    let columns = positions(sizes[3], count: sizes[0], flips: flips, using: generator)
    // [batch, h, 1] · w + [batch, 1, w] → positions in the flattened image
    let flat = rows.expandingDimension(at: 2) * Double(sizes[3]) + columns.expandingDimension(at: 1)
    let indices = flat.to(dtype: .int64).reshaped(sizes[0], 1, -1)
      .expanded(to: [sizes[0], sizes[1], sizes[2] * sizes[3]])
    return images.flattened(from: 2).picked(along: 2, at: indices).reshaped(to: sizes)
  }

  /// Where each of `size` pixels comes from along one side: `[count, size]`.
  private func positions(_ size: Int, count: Int, flips: Bool, using generator: Generator) -> Tensor {
    let last = Double(size - 1)
    let largest = min(reach, size - 1)
    let shifts =
      (Tensor.uniform([count, 1], using: generator) * Double(2 * largest + 1)).floor() - Double(largest)
    let moved = Tensor.range(size, dtype: .float32) + shifts
    // −1 → 1, size → size − 2: mirrored at the first and the last pixel
    let inside = last - (last - moved.absolute()).absolute()
    if !flips { return inside }
    let isFlipped = Tensor.uniform([count, 1], using: generator).isLess(than: 0.5)
    return (last - inside).selecting(where: isFlipped, otherwise: inside)
  }
}
