import Crypto
import Foundation

/// SHA-256, written as `sha256:` and 64 hexadecimal digits.
enum Digest {
  /// Of a text.
  static func text(of text: String) -> String { string(SHA256.hash(data: Data(text.utf8))) }

  /// Of a file, read in pieces.
  ///
  /// - Throws: ``StorageError`` where it cannot be read.
  static func file(_ url: URL) throws -> String {
    let file = try ReadableFile(url, what: "file")
    var hash = SHA256()
    for start in stride(from: 0, to: file.byteCount, by: 1 << 22) {
      hash.update(data: try file.read(start..<min(start + 1 << 22, file.byteCount)))
    }
    return string(hash.finalize())
  }

  private static func string(_ digest: SHA256Digest) -> String {
    "sha256:" + digest.map { String(format: "%02x", $0) }.joined()
  }
}
