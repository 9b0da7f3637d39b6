import Foundation
import PluginKit

/// Writes a cache file image by image, so that packing needs little memory.
///
/// The file has a temporary name until ``finish(shape:labels:classNames:skippedCount:)`` has synced and renamed
/// it; a writer that goes away before removes it.
public final class PackedWriter {
  /// Image bytes written.
  public private(set) var byteCount = 0
  private let target: String
  private let temporary: String
  private let descriptor: Int32
  private var digest = ImageDigest()

  /// A writer of the file `target`, whose folder is made where it is missing.
  ///
  /// - Throws: ``DataError/disk(path:reason:)``.
  init(target: URL) throws {
    let folder = target.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.disk(path: folder.path, reason: error.localizedDescription)
    }
    self.target = target.path
    temporary = target.path + ".\(UUID().uuidString).partial"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw DataError.disk(path: temporary, reason: systemError()) }
    flock(descriptor, LOCK_EX | LOCK_NB)  // Shows other processes that this file has a writer.
    Self.removeAbandoned(of: target)
    try write([UInt8](repeating: 0, count: PackedFile.prologueSize), at: 0)
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporary)  // Nothing is there any more once the file has its name.
  }

  /// Adds the bytes of one or more images, NHWC.
  ///
  /// - Throws: ``DataError/disk(path:reason:)``.
  public func append(_ bytes: [UInt8]) throws {
    try write(bytes, at: PackedFile.prologueSize + byteCount)
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
  /// - Throws: ``DataError``.
  public func finish(
    shape: ImageShape, labels: [Int]? = nil, classNames: [String]? = nil, skippedCount: Int = 0
  ) throws -> PackedImages {
    let description = PackedFile.Description(
      shape: shape, count: byteCount / shape.valueCount, digest: digest.finish(shape: shape),
      skippedCount: skippedCount, labels: labels.map(PackedFile.encode(labels:)), classNames: classNames)
    let json = Array(try JSONEncoder().encode(description))
    try write(json, at: PackedFile.prologueSize + byteCount)
    try write(PackedFile.prologue(imageBytes: byteCount, descriptionBytes: json.count), at: 0)
    guard fsync(descriptor) == 0, rename(temporary, target) == 0 else {
      throw DataError.disk(path: target, reason: systemError())
    }
    syncFolder()
    guard let images = PackedFile.open(target) else {
      throw DataError.disk(path: target, reason: "the file reads back differently; is the disk sound?")
    }
    return images
  }

  /// Removes temporary files of the same target that a killed process left: those that nobody has locked.
  private static func removeAbandoned(of target: URL) {
    let folder = target.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(target.lastPathComponent + ".") && name.hasSuffix(".partial") {
      let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { unlink("\(folder)/\(name)") }
      close(file)
    }
  }

  /// Makes the new name last. A file system that cannot sync a folder has the file all the same.
  private func syncFolder() {
    let folder = open((target as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws {
    try bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let count = pwrite(descriptor, base + done, buffer.count - done, off_t(offset + done))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw DataError.disk(path: temporary, reason: systemError()) }
        done += count
      }
    }
  }
}
