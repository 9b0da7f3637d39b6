import Foundation

/// What the system says about a file: enough to notice that it was replaced.
struct FileStatus {
  let isFolder: Bool
  let isRegularFile: Bool
  let size: Int
  /// Nanoseconds.
  let modified: Int
  /// Names the file on this machine.
  let identity: [UInt64]

  /// Looks at `path`, through links; `nil` where nothing is there.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    isRegularFile = status.st_mode & S_IFMT == S_IFREG
    size = Int(status.st_size)
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    modified = Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    identity = [UInt64(truncatingIfNeeded: status.st_dev), UInt64(truncatingIfNeeded: status.st_ino)]
  }
}

/// Whole files as bytes.
enum FileBytes {
  /// The bytes of the file at `path`, or its first `limit`.
  ///
  /// - Throws: ``DataError/unreadable(path:reason:)``.
  static func read(_ path: String, limit: Int = .max) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DataError.unreadable(path: path, reason: systemError()) }
    defer { close(descriptor) }
    guard let status = FileStatus(path: path), !status.isFolder else {
      throw DataError.unreadable(path: path, reason: "it is a folder")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: min(status.size, limit)) { buffer, initialized in
      while initialized < buffer.count, let base = buffer.baseAddress {
        let count = Foundation.read(descriptor, base + initialized, buffer.count - initialized)
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = errno }
        guard count > 0 else { break }
        initialized += count
      }
    }
    guard failure == 0 else { throw DataError.unreadable(path: path, reason: systemError(failure)) }
    return bytes
  }
}
