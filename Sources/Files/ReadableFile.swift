import Foundation

/// A file open for reading at any place, from any thread.
package final class ReadableFile: Sendable {
  package let path: String
  /// The size when the file was opened.
  package let byteCount: Int
  private let descriptor: Int32

  package init(_ url: URL, what: String) throws {
    path = url.path
    descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StorageError.system(errno, path: url.path, action: "cannot be opened", what: what)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw StorageError.system(errno, path: url.path, action: "cannot be read", what: what)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw StorageError.disk(path: url.path, reason: "is not a file; give the path of a \(what)")
    }
    byteCount = Int(status.st_size)
  }

  deinit { _ = close(descriptor) }

  /// The bytes of `range`; fewer only if the file has become shorter since it was opened.
  package func read(_ range: Range<Int>) throws -> Data {
    var data = Data(count: range.count)
    var filled = 0
    while filled < range.count {
      let count = data.withUnsafeMutableBytes { bytes in
        pread(
          descriptor, bytes.baseAddress?.advanced(by: filled), min(range.count - filled, 1 << 30),
          off_t(range.lowerBound + filled))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw StorageError.system(errno, path: path, action: "cannot be read")
      }
      if count == 0 { break }
      filled += count
    }
    return filled == range.count ? data : data.prefix(filled)
  }
}
