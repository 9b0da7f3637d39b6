import Foundation
import PluginKit

/// All images of a dataset as 8-bit values of one shape, in memory or mapped from a cache file.
///
/// Image `i` starts at byte `i × shape.valueCount`; rows run from top to bottom and the channels of a pixel
/// stand together (NHWC).
public final class PackedImages: Sendable {
  public let shape: ImageShape
  public let count: Int
  /// The class of each image as an index into ``classNames``, where it is known.
  public let labels: [Int]?
  /// The names of the classes, where they are known.
  public let classNames: [String]?
  /// `sha256:…` of the bytes followed by the shape. A cache file stores it, so that later starts do not hash.
  public let digest: String
  /// How many broken images were left out when the set was packed.
  public let skippedCount: Int

  private let storage: Storage

  enum Storage: Sendable {
    case array([UInt8])
    case mapping(MappedFile, offset: Int)
  }

  /// Images from memory.
  ///
  /// - Parameters:
  ///   - shape: The shape of each image.
  ///   - bytes: The images one after the other, NHWC.
  ///   - labels: The class of each image, where it is known.
  ///   - classNames: The names of the classes, where they are known.
  ///   - digest: The digest where it is known already; otherwise it is computed.
  /// - Throws: ``DataError/corrupt(path:reason:)`` where bytes or labels do not fit the shape.
  public convenience init(
    shape: ImageShape, bytes: [UInt8], labels: [Int]?, classNames: [String]?, digest: String? = nil
  ) throws {
    guard shape.valueCount > 0, bytes.count.isMultiple(of: shape.valueCount) else {
      throw DataError.corrupt(
        path: "the packed set",
        reason: "\(bytes.count) bytes are not a whole number of \(shape) images")
    }
    let count = bytes.count / shape.valueCount
    if let labels, labels.count != count {
      throw DataError.corrupt(
        path: "the packed set", reason: "\(labels.count) labels for \(count) images; each image needs one")
    }
    self.init(
      shape: shape, count: count, labels: labels, classNames: classNames,
      digest: digest ?? bytes.withUnsafeBytes { ImageDigest.of($0, shape: shape) }, skippedCount: 0,
      storage: .array(bytes))
  }

  init(
    shape: ImageShape, count: Int, labels: [Int]?, classNames: [String]?, digest: String,
    skippedCount: Int, storage: Storage
  ) {
    self.shape = shape
    self.count = count
    self.labels = labels
    self.classNames = classNames
    self.digest = digest
    self.skippedCount = skippedCount
    self.storage = storage
  }

  public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let byteCount = count * shape.valueCount
    switch storage {
    case .array(let bytes):
      return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[0..<byteCount])) }
    case .mapping(let file, let offset):
      return try withExtendedLifetime(file) {
        try body(UnsafeRawBufferPointer(rebasing: file.bytes[offset..<(offset + byteCount)]))
      }
    }
  }

  /// The first `count` images, or all where there are fewer. The bytes are shared.
  public func prefix(_ count: Int) -> PackedImages {
    guard count < self.count else { return self }
    let kept = max(0, count)
    let digest = withUnsafeBytes {
      ImageDigest.of(UnsafeRawBufferPointer(rebasing: $0[0..<(kept * shape.valueCount)]), shape: shape)
    }
    return PackedImages(
      shape: shape, count: kept, labels: labels.map { Array($0.prefix(kept)) }, classNames: classNames,
      digest: digest, skippedCount: skippedCount, storage: storage)
  }
}

extension PackedImages {
  /// `sha256:…` of the images at `indices` and their shape: equal for equal images in equal order.
  public func digest(of indices: [Int]) -> String {
    if indices == Array(0..<count) { return digest }
    let hash = ImageDigest()
    for start in stride(from: 0, to: indices.count, by: 4096) {
      gather(self, indices: Array(indices[start..<min(start + 4096, indices.count)]))
        .withUnsafeBytes { hash.update($0) }
    }
    return hash.finish(shape: shape)
  }
}

/// The bytes of the images at `indices`, one after the other, NHWC.
///
/// An index outside the set is the caller's mistake and stops the program.
public func gather(_ images: PackedImages, indices: [Int]) -> [UInt8] {
  let size = images.shape.valueCount
  return images.withUnsafeBytes { source in
    guard let base = source.baseAddress else {
      guard indices.isEmpty else { fatalError("gather: \(indices.count) images wanted of an empty set") }
      return []
    }
    return [UInt8](unsafeUninitializedCapacity: indices.count * size) { target, initialized in
      guard let start = target.baseAddress else { return }
      for (position, index) in indices.enumerated() {
        guard index >= 0, index < images.count else {
          fatalError("gather: image \(index) wanted, the set has the images 0..<\(images.count)")
        }
        UnsafeMutableRawPointer(start + position * size).copyMemory(
          from: base + index * size, byteCount: size)
      }
      initialized = indices.count * size
    }
  }
}
