import Files
import PluginKit

/// The digest of packed images: SHA-256 of the bytes followed by the shape.
struct ImageDigest {
  private let digest = Digest()

  /// Adds the bytes of further images.
  func update(_ bytes: UnsafeRawBufferPointer) { digest.update(bytes) }

  /// The digest as `sha256:` and 64 hexadecimal digits.
  func finish(shape: ImageShape) -> String {
    digest.update("\n\(shape.channels) \(shape.height) \(shape.width)\n")
    return digest.text()
  }

  /// The digest of all `bytes`.
  static func of(_ bytes: UnsafeRawBufferPointer, shape: ImageShape) -> String {
    let digest = ImageDigest()
    digest.update(bytes)
    return digest.finish(shape: shape)
  }
}
