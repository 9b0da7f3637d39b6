import Foundation
import PluginKit

/// The form of a cache file: a prologue of one page, the images, and a description as JSON at the end.
///
/// The prologue has, in little-endian order, the magic word `MOCAPACK`, the version, the number of image bytes
/// and the number of description bytes, 64 bits each. The three lengths add up to the file's size, so that a
/// file that was cut off is noticed.
enum PackedFile {
  /// Where the images begin: one page, so that the mapping is aligned.
  static let prologueSize = 4096
  static let version: UInt64 = 1
  private static let magic = Array("MOCAPACK".utf8)

  /// What stands at the end.
  struct Description: Codable {
    var shape: ImageShape
    var count: Int
    var digest: String
    var skippedCount: Int
    /// Little-endian 32-bit class indices.
    var labels: Data?
    var classNames: [String]?
  }

  /// The prologue of a file.
  static func prologue(imageBytes: Int, descriptionBytes: Int) -> [UInt8] {
    let words = [version, UInt64(imageBytes), UInt64(descriptionBytes)].map(\.littleEndian)
    let head = magic + words.withUnsafeBytes { Array($0) }
    return head + [UInt8](repeating: 0, count: prologueSize - head.count)
  }

  /// The images of the file at `path`, or `nil` where it is missing, cut off or of another version.
  static func open(_ path: String) -> PackedImages? {
    guard let file = try? MappedFile(path: path), file.bytes.count >= prologueSize,
      file.bytes.prefix(magic.count).elementsEqual(magic)
    else { return nil }
    let word = { (index: Int) in
      UInt64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: 8 + 8 * index, as: UInt64.self))
    }
    let room = UInt64(file.bytes.count - prologueSize)
    guard word(0) == version, word(1) <= room, word(2) == room - word(1) else { return nil }
    let end = prologueSize + Int(word(1))
    guard let description = try? JSONDecoder().decode(Description.self, from: Data(file.bytes[end...]))
    else { return nil }
    return images(description, byteCount: Int(word(1)), in: file)
  }

  private static func images(
    _ description: Description, byteCount: Int, in file: MappedFile
  ) -> PackedImages? {
    let shape = description.shape
    guard shape.channels == 1 || shape.channels == 3, (1...ImageLimits.side).contains(shape.height),
      (1...ImageLimits.side).contains(shape.width),
      byteCount.isMultiple(of: shape.valueCount), byteCount / shape.valueCount == description.count
    else { return nil }
    let labels = description.labels.map(decode(labels:))
    guard labels == nil || labels?.count == description.count else { return nil }
    return PackedImages(
      shape: shape, count: description.count, labels: labels, classNames: description.classNames,
      digest: description.digest, skippedCount: description.skippedCount,
      storage: .mapping(file, offset: prologueSize))
  }

  /// Class indices as the description holds them.
  static func encode(labels: [Int]) -> Data {
    labels.map { Int32(clamping: $0).littleEndian }.withUnsafeBytes { Data($0) }
  }

  private static func decode(labels: Data) -> [Int] {
    labels.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - 3, by: 4).map {
        Int(Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Int32.self)))
      }
    }
  }
}
