import Files
import Mathematics
import PluginKit

/// How batches are made: everything about batch `step` follows from the recipe and the step.
///
/// An epoch's order comes from the stream (seed, `order`, epoch), the flip of an image from
/// (seed, `flip`, epoch, image).
package struct BatchRecipe: Sendable {
  let images: PackedImages
  let indices: [Int]
  let batchSize: Int
  let seed: UInt64
  let flips: Bool

  /// A recipe for batches of the images at `indices`. Nothing is read yet.
  ///
  /// - Parameters:
  ///   - images: The set.
  ///   - indices: The images to draw from, as in ``Split/training``.
  ///   - batchSize: Images per batch. The last partial batch of an epoch is dropped.
  ///   - seed: Decides the order and the flips.
  ///   - flips: Whether each image is mirrored with probability one half, drawn anew in each epoch.
  /// - Throws: `ConfigurationError` where a batch would hold no image or more than there are.
  package init(images: PackedImages, indices: [Int], batchSize: Int, seed: UInt64, flips: Bool) throws {
    guard batchSize > 0 else {
      throw ConfigurationError.outOfRange(
        path: "training.batch", found: "\(batchSize)", allowed: "at least 1")
    }
    guard indices.count >= batchSize else {
      throw ConfigurationError.incompatible(
        "training.batch is \(batchSize), but only \(indices.count) images are there to train on; "
          + "choose a batch of at most \(indices.count) or more images")
    }
    self.images = images
    self.indices = indices
    self.batchSize = batchSize
    self.seed = seed
    self.flips = flips
  }

  /// Full batches in an epoch; what is left over is dropped.
  package var batchesPerEpoch: Int { indices.count / batchSize }

  /// The images of `epoch` in the order in which they are shown.
  func order(ofEpoch epoch: Int) -> [Int] {
    var order = indices
    var random = SplitMix64(seed: seed, "order", UInt64(epoch))
    random.shuffle(&order)
    return order
  }

  /// The batch of `step`, cut from its epoch's `order`.
  func batch(step: Int, order: [Int]) -> Batch {
    let epoch = step / batchesPerEpoch
    let start = step % batchesPerEpoch * batchSize
    let chosen = Array(order[start..<(start + batchSize)])
    var bytes = gather(images, indices: chosen)
    if flips {
      for (position, index) in chosen.enumerated() where isFlipped(index, epoch: epoch) {
        flip(&bytes, at: position)
      }
    }
    return Batch(bytes: bytes, indices: chosen, step: step, epoch: epoch)
  }

  private func isFlipped(_ index: Int, epoch: Int) -> Bool {
    var random = SplitMix64(seed: seed, "flip", UInt64(epoch), UInt64(index))
    return random.next() >> 63 == 1
  }

  /// Mirrors the image at `position` from left to right.
  private func flip(_ bytes: inout [UInt8], at position: Int) {
    let shape = images.shape
    let rowSize = shape.width * shape.channels
    let start = position * shape.valueCount
    bytes.withUnsafeMutableBufferPointer { bytes in
      for row in stride(from: start, to: start + shape.valueCount, by: rowSize) {
        var left = row
        var right = row + rowSize - shape.channels
        while left < right {
          for channel in 0..<shape.channels { bytes.swapAt(left + channel, right + channel) }
          left += shape.channels
          right -= shape.channels
        }
      }
    }
  }

  /// SHA-256, in hexadecimal, of the order in which the first `epochs` epochs show the images, each index as 64 bits,
  /// little-endian: equal for two runs that see the same batches.
  package func orderDigest(epochs: Int = 1) -> String {
    let digest = Digest()
    for epoch in 0..<max(0, epochs) {
      order(ofEpoch: epoch).map { UInt64($0).littleEndian }.withUnsafeBytes { digest.update($0) }
    }
    return digest.finish().hexadecimal
  }
}
