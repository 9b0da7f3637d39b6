/// The frame of a PNG file: chunks of length, type, data and CRC-32, the last of type `IEND`.
///
/// libpng's simplified reader stops after the last row and so does not look at the last checksum or at what is
/// missing behind it; this check does.
enum PNGChunks {
  /// Why the frame is broken, or `nil` where it is whole.
  static func fault(in bytes: [UInt8]) -> String? {
    bytes.withUnsafeBytes { file in
      var position = 8
      while position + 12 <= file.count {
        let length = Int(word(file, at: position))
        guard length <= file.count - position - 12 else { break }
        let checked = UnsafeRawBufferPointer(rebasing: file[(position + 4)..<(position + 8 + length)])
        let isCritical = checked[0] & 0x20 == 0
        guard !isCritical || checksum(checked) == word(file, at: position + 8 + length) else {
          return "a chunk at byte \(position) has a wrong checksum"
        }
        if checked.prefix(4).elementsEqual("IEND".utf8) { return nil }
        position += 12 + length
      }
      return "it ends early, after \(file.count) bytes"
    }
  }

  private static func word(_ file: UnsafeRawBufferPointer, at position: Int) -> UInt32 {
    UInt32(bigEndian: file.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  /// CRC-32 (ISO 3309).
  private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }
}
