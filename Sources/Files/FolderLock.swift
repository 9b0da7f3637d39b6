import Foundation

/// An advisory lock on a folder, released by the operating system however the process ends.
package final class FolderLock: Sendable {
  /// The file in a folder that is locked.
  package static let fileName = "lock"

  private let descriptor: Int32

  /// Takes the lock of `folder`, kept in ``fileName`` inside it.
  ///
  /// - Throws: ``StorageError/locked(path:holder:)`` if another process, or another lock in this one, has it.
  package init(folder: URL) throws {
    let path = folder.appendingPathComponent(Self.fileName).path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw StorageError.system(errno, path: folder.path, action: "cannot be locked", what: "folder")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      guard code == EWOULDBLOCK else {
        throw StorageError.system(code, path: folder.path, action: "cannot be locked")
      }
      throw StorageError.locked(path: folder.path, holder: Self.holder(descriptor))
    }
    let text = Array("process \(ProcessInfo.processInfo.processIdentifier)\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.count, 0) == text.count else {
      throw StorageError.system(errno, path: path, action: "cannot be written")
    }
  }

  deinit { _ = close(descriptor) }

  private static func holder(_ descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let holder = text.trimmingCharacters(in: .whitespacesAndNewlines).inMessage()
    return holder.isEmpty ? nil : holder
  }
}
