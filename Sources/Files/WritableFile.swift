import Foundation

/// A file open for writing; every failure names the file.
package final class WritableFile {
  private var descriptor: Int32
  private let path: String

  /// Opens `path`; messages name `reportedPath`, the name that the file will have in the end.
  package init(path: String, flags: Int32, reportedPath: String? = nil) throws {
    self.path = reportedPath ?? path
    descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0o666)
    guard descriptor >= 0 else {
      let code = errno
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      if code == ENOENT { throw StorageError.missing(path: folder, what: "folder") }
      throw StorageError.system(code, path: self.path, action: "cannot be written")
    }
  }

  deinit {
    if descriptor >= 0 { _ = Foundation.close(descriptor) }
  }

  /// Writes all of `bytes` behind what was written, in one system call where the system takes them whole.
  package func write(_ bytes: some ContiguousBytes) throws {
    try writeAll(bytes) { piece, _ in Foundation.write(descriptor, piece.baseAddress, piece.count) }
  }

  /// Writes all of `bytes` over what stands at `offset`; what is written next goes behind the rest all the same.
  package func write(_ bytes: some ContiguousBytes, at offset: Int) throws {
    try writeAll(bytes) { piece, done in
      pwrite(descriptor, piece.baseAddress, piece.count, off_t(offset + done))
    }
  }

  private func writeAll(
    _ bytes: some ContiguousBytes, with call: (UnsafeRawBufferPointer, _ done: Int) -> Int
  ) throws {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
        let count = call(piece, bytes.count - rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          throw StorageError.system(errno, path: path, action: "cannot be written")
        }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Shows other processes that somebody is writing, as long as the file is open and where the file system has locks.
  package func lock() { flock(descriptor, LOCK_EX | LOCK_NB) }

  /// Forces what was written to the disk. Pipes and devices, which cannot be forced, pass.
  package func synchronize() throws {
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw StorageError.system(errno, path: path, action: "cannot be saved")
    }
  }

  /// Closes the file; some file systems report a full disk only here.
  package func close() throws {
    let result = Foundation.close(descriptor)
    descriptor = -1
    guard result == 0 || errno == EINTR else {
      throw StorageError.system(errno, path: path, action: "cannot be saved")
    }
  }
}
