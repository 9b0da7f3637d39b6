import Foundation

/// A file that is being written and appears whole or not at all.
///
/// The bytes go to a temporary name in the same folder, are forced to the disk, and take the final name in one
/// step; then the folder is forced to the disk. A writer that goes away before removes the temporary file, and a
/// file that was there before stays as it was.
package final class AtomicWriter {
  /// Stands in the name of every temporary file, so that leftovers of a killed process can be found.
  package static let temporaryMarker = ".partial-"

  /// The file under its temporary name.
  package let file: WritableFile
  /// Where it is until it is finished; another program may write it there.
  package let temporary: URL
  private let target: URL
  private var isFinished = false

  /// Begins to write `target`.
  ///
  /// - Throws: ``StorageError``, which names `target`.
  package init(of target: URL) throws {
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let folder = target.deletingLastPathComponent()
    self.target = target
    temporary = folder.appendingPathComponent(target.lastPathComponent + Self.temporaryMarker + suffix)
    file = try WritableFile(path: temporary.path, flags: O_CREAT | O_EXCL, reportedPath: target.path)
    file.lock()
  }

  deinit { if !isFinished { unlink(temporary.path) } }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: ``StorageError``.
  package func finish() throws {
    try file.synchronize()
    try file.close()
    guard rename(temporary.path, target.path) == 0 else {
      throw StorageError.system(errno, path: target.path, action: "cannot be renamed")
    }
    isFinished = true
    try Self.synchronizeFolder(target.deletingLastPathComponent())
  }

  /// Removes temporary files of `target` that killed processes have left: those that nobody has locked.
  package static func removeAbandoned(of target: URL) {
    let folder = target.deletingLastPathComponent().path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(target.lastPathComponent + ".") && name.contains(".partial") {
      let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { unlink("\(folder)/\(name)") }
      close(file)
    }
  }

  /// Forces the names in a folder to the disk, where the file system can.
  private static func synchronizeFolder(_ url: URL) throws {
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
