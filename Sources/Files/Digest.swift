import CCrypto
import Foundation

/// SHA-256, or the MD5 that some publishers state, taken of bytes as they come. OpenSSL's libcrypto computes it.
package final class Digest {
  /// What is computed.
  package enum Function: String, Sendable { case sha256, md5 }

  private let context = EVP_MD_CTX_new()
  private let function: Function

  package init(_ function: Function = .sha256) {
    self.function = function
    require(EVP_DigestInit_ex(context, function == .sha256 ? EVP_sha256() : EVP_md5(), nil))
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds further bytes.
  package func update(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes { require(EVP_DigestUpdate(context, $0.baseAddress, $0.count)) }
  }

  /// Adds the UTF-8 of a text.
  package func update(_ text: String) { update(Array(text.utf8)) }

  /// The digest of everything added; nothing can be added afterwards.
  package func finish() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    require(EVP_DigestFinal_ex(context, &bytes, &count))
    return Array(bytes[..<Int(count)])
  }

  /// The digest with its name, as in `sha256:…` in hexadecimal.
  package func text() -> String { "\(function.rawValue):\(finish().hexadecimal)" }

  /// libcrypto fails where the system's policy forbids the function, as MD5 under FIPS, or memory is out.
  private func require(_ status: Int32) {
    if status != 1 { fatalError("libcrypto cannot compute \(function.rawValue)") }
  }
}

extension Digest {
  /// The SHA-256 of a text's UTF-8.
  package static func bytes(of text: String) -> [UInt8] {
    let digest = Digest()
    digest.update(text)
    return digest.finish()
  }

  /// `sha256:…` of a text's UTF-8.
  package static func text(of text: String) -> String { "sha256:" + bytes(of: text).hexadecimal }

  /// `sha256:…` of a file, read in pieces.
  ///
  /// - Throws: ``StorageError`` where it cannot be read.
  package static func file(_ url: URL) throws -> String {
    let file = try ReadableFile(url, what: "file")
    let digest = Digest()
    for start in stride(from: 0, to: file.byteCount, by: 1 << 22) {
      digest.update(try file.read(start..<min(start + 1 << 22, file.byteCount)))
    }
    return digest.text()
  }
}

extension Sequence<UInt8> {
  /// Two lower-case digits per byte.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
