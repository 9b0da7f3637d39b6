import Foundation

/// Writes files that are there whole or not at all.
///
/// The bytes go to a temporary name in the same folder, are forced to the disk, and take the final name in one
/// step; then the folder is forced to the disk. On any failure the temporary file is removed and a file that
/// was there before stays as it was.
public enum AtomicFile {
  /// Stands in the name of every temporary file, so that leftovers of a killed process can be found.
  package static let temporaryMarker = ".partial-"

  /// Replaces the file at `url` by `data`.
  ///
  /// - Throws: ``StorageError``.
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { try $0.write(data) }
  }

  /// Replaces the file at `url` by what `body` writes.
  package static func write(to url: URL, _ body: (WritableFile) throws -> Void) throws {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let folder = url.deletingLastPathComponent()
    let temporary = folder.appendingPathComponent(url.lastPathComponent + temporaryMarker + suffix)
    let file = try WritableFile(path: temporary.path, flags: O_CREAT | O_EXCL, reportedPath: url.path)
    do {
      try body(file)
      try file.synchronize()
      try file.close()
      guard rename(temporary.path, url.path) == 0 else {
        throw StorageError.system(errno, path: url.path, action: "cannot be renamed")
      }
    } catch {
      unlink(temporary.path)
      throw error
    }
    try synchronizeFolder(folder)
  }

  /// Forces the names in a folder to the disk, where the file system can.
  static func synchronizeFolder(_ url: URL) throws {
    let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageError.system(errno, path: url.path, action: "cannot be opened", what: "folder")
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw StorageError.system(errno, path: url.path, action: "cannot be saved")
    }
  }
}
