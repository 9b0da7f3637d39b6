import PluginKit

/// The image formats that are read, recognised by a file's first bytes.
enum ImageFormat {
  case jpeg
  case png

  /// How many bytes it takes to tell.
  static let signatureSize = 8

  init?(signature: some Collection<UInt8>) {
    if signature.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if signature.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else {
      return nil
    }
  }

  /// Whether a file's name says that it is an image of these formats.
  static func isExpected(forName name: String) -> Bool {
    let lower = name.lowercased()
    return [".jpg", ".jpeg", ".png"].contains { lower.hasSuffix($0) }
  }

  static func decode(
    _ bytes: [UInt8], channels: Int?, named name: String
  ) throws -> (bytes: [UInt8], shape: ImageShape) {
    switch ImageFormat(signature: bytes.prefix(signatureSize)) {
    case .jpeg: return try JPEG.decode(bytes, channels: channels, named: name)
    case .png: return try PNG.decode(bytes, channels: channels, named: name)
    case nil:
      throw DataError.corrupt(path: name, reason: "it does not begin like a JPEG or PNG file")
    }
  }
}
