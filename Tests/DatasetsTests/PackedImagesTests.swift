import Datasets
import PluginKit
import Testing

@Suite("PackedImages")
struct PackedImagesTests {
  static let shape = ImageShape(channels: 1, height: 2, width: 2)

  static func images(_ bytes: [UInt8] = Array(0..<20)) throws -> PackedImages {
    try PackedImages(
      shape: shape, bytes: bytes, labels: (0..<(bytes.count / 4)).map { $0 % 2 }, classNames: ["a", "b"])
  }

  @Test("gathering copies the wanted images in the wanted order")
  func gathering() throws {
    let images = try Self.images()
    #expect(gather(images, indices: [4, 0, 4]) == [16, 17, 18, 19, 0, 1, 2, 3, 16, 17, 18, 19])
    #expect(gather(images, indices: []).isEmpty)
  }

  @Test("a prefix has the first images, their labels and the digest of a set of just these")
  func prefix() throws {
    let prefix = try Self.images().prefix(3)
    let alone = try Self.images(Array(0..<12))
    #expect(prefix.count == 3)
    #expect(prefix.labels == [0, 1, 0])
    #expect(prefix.digest == alone.digest)
    #expect(prefix.withUnsafeBytes { Array($0) } == Array(0..<12))
    #expect(try Self.images().prefix(99).count == 5)
  }

  @Test("the digest covers bytes and shape")
  func digest() throws {
    let bytes = [UInt8](0..<20)
    let wide = ImageShape(channels: 1, height: 1, width: 4)
    let digest = try Self.images().digest
    #expect(digest.hasPrefix("sha256:"))
    #expect(digest.count == 71)
    #expect(try PackedImages(shape: wide, bytes: bytes, labels: nil, classNames: nil).digest != digest)
    #expect(try Self.images(bytes.reversed()).digest != digest)
  }

  @Test("bytes or labels that do not fit are an error")
  func misfits() {
    #expect(throws: DataError.self) {
      try PackedImages(shape: Self.shape, bytes: [1, 2, 3], labels: nil, classNames: nil)
    }
    #expect(throws: DataError.self) {
      try PackedImages(shape: Self.shape, bytes: [1, 2, 3, 4], labels: [0, 1], classNames: nil)
    }
  }
}
