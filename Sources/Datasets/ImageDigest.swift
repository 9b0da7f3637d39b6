import Crypto
import Foundation
import PluginKit

/// The digest of packed images: SHA-256 of the bytes followed by the shape.
struct ImageDigest {
  private var hash = SHA256()

  /// Adds the bytes of further images.
  mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bufferPointer: bytes) }

  /// The digest as `sha256:` and 64 hexadecimal digits.
  func finish(shape: ImageShape) -> String {
    var copy = hash
    copy.update(data: Array("\n\(shape.channels) \(shape.height) \(shape.width)\n".utf8))
    return "sha256:" + copy.finalize().hexadecimal
  }

  /// The digest of all `bytes`.
  static func of(_ bytes: UnsafeRawBufferPointer, shape: ImageShape) -> String {
    var digest = ImageDigest()
    digest.update(bytes)
    return digest.finish(shape: shape)
  }
}

extension Sequence<UInt8> {
  /// Two lower-case digits per byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
