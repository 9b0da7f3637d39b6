import Foundation

/// A file mapped into memory for reading.
///
/// The mapping is private and read-only and lives as long as the object, also where the file is removed
/// meanwhile; that is why the object may cross threads.
final class MappedFile: @unchecked Sendable {
  /// The bytes of the file.
  let bytes: UnsafeRawBufferPointer

  /// Maps the file at `path`.
  ///
  /// - Throws: ``DataError/unreadable(path:reason:)``.
  init(path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DataError.unreadable(path: path, reason: systemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw DataError.unreadable(path: path, reason: systemError())
    }
    let count = Int(status.st_size)
    guard count > 0 else { throw DataError.unreadable(path: path, reason: "the file is empty") }
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
      throw DataError.unreadable(path: path, reason: systemError())
    }
    posix_madvise(base, count, POSIX_MADV_WILLNEED)
    bytes = UnsafeRawBufferPointer(start: base, count: count)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }
}

/// The text of the last system call's error.
func systemError(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
