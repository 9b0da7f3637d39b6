import Files
import Foundation
import PluginKit

/// Writes a cache file image by image, so that packing needs little memory.
///
/// The file appears with ``finish(shape:labels:classNames:skippedCount:)``; a writer that goes away before leaves
/// nothing.
public final class PackedWriter {
  /// Image bytes written.
  public private(set) var byteCount = 0
  private let target: URL
  private let writer: AtomicWriter
  private var digest = ImageDigest()

  /// A writer of the file `target`, whose folder is made where it is missing. What killed writers of it have left is
  /// removed.
  ///
  /// - Throws: ``DataError/disk(path:reason:)``, `StorageError`.
  init(target: URL) throws {
    let folder = target.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.disk(path: folder.path, reason: error.localizedDescription)
    }
    self.target = target
    AtomicWriter.removeAbandoned(of: target)
    writer = try AtomicWriter(of: target)
    try writer.file.write([UInt8](repeating: 0, count: PackedFile.prologueSize))
  }

  /// Adds the bytes of one or more images, NHWC.
  ///
  /// - Throws: `StorageError`.
  public func append(_ bytes: [UInt8]) throws {
    try writer.file.write(bytes)
    bytes.withUnsafeBytes { digest.update($0) }
    byteCount += bytes.count
  }

  /// Completes the file, gives it its name and maps it.
  ///
  /// - Parameters:
  ///   - shape: The shape of every image.
  ///   - labels: The class of each image, where it is known.
  ///   - classNames: The names of the classes, where they are known.
  ///   - skippedCount: Broken images that were left out.
  /// - Throws: ``DataError``, `StorageError`.
  public func finish(
    shape: ImageShape, labels: [Int]? = nil, classNames: [String]? = nil, skippedCount: Int = 0
  ) throws -> PackedImages {
    let description = PackedFile.Description(
      shape: shape, count: byteCount / shape.valueCount, digest: digest.finish(shape: shape),
      skippedCount: skippedCount, labels: labels.map(PackedFile.encode(labels:)), classNames: classNames)
    let json = try JSONEncoder().encode(description)
    try writer.file.write(json)
    try writer.file.write(
      PackedFile.prologue(imageBytes: byteCount, descriptionBytes: json.count), at: 0)
    try writer.finish()
    guard let images = PackedFile.open(target.path) else {
      throw DataError.disk(path: target.path, reason: "the file reads back differently; is the disk sound?")
    }
    return images
  }
}
