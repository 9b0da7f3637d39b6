import Foundation

/// Writes files that are there whole or not at all; see `AtomicWriter`.
public enum AtomicFile {
  /// Replaces the file at `url` by `data`.
  ///
  /// - Throws: ``StorageError``.
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { try $0.write(data) }
  }

  /// Replaces the file at `url` by what `body` writes.
  package static func write(to url: URL, _ body: (WritableFile) throws -> Void) throws {
    let writer = try AtomicWriter(of: url)
    try body(writer.file)
    try writer.finish()
  }
}
