import Files
import Foundation

/// The sizes of a file's zstd frames, stored at its end in zstd's "seekable format".
///
/// The table is a skippable frame, which every zstd decoder passes over. It is read from the end of the file:
/// `[0x184D2A5E, size] [compressed, decompressed, checksum]… [count, descriptor, 0x8F92EAB1]`.
struct SeekTable: Sendable {
  /// One frame.
  struct Frame: Sendable {
    var compressedSize: Int
    var decompressedSize: Int
    var checksum: UInt32
  }

  static let skippableMagic: UInt32 = 0x184D_2A5E
  static let footerMagic: UInt32 = 0x8F92_EAB1
  static let footerSize = 9
  static let entrySize = 12
  /// Bit 7: entries have checksums. The other bits are reserved and zero.
  static let descriptor: UInt8 = 0x80

  var frames: [Frame] = []

  /// The table as it stands in the file.
  var encoded: Data {
    var data = Data()
    data.append(littleEndian: Self.skippableMagic)
    data.append(littleEndian: UInt32(frames.count * Self.entrySize + Self.footerSize))
    for frame in frames {
      data.append(littleEndian: UInt32(frame.compressedSize))
      data.append(littleEndian: UInt32(frame.decompressedSize))
      data.append(littleEndian: frame.checksum)
    }
    data.append(littleEndian: UInt32(frames.count))
    data.append(Self.descriptor)
    data.append(littleEndian: Self.footerMagic)
    return data
  }
}

extension SeekTable {
  /// Reads the table from the end of `file` and checks that its frames fill the file and can be what they say.
  init(readingFrom file: ReadableFile, byteLimit: Int) throws {
    let path = file.path
    guard file.byteCount >= 4, try file.read(0..<4).littleEndian(at: 0) == ZstdFrame.magic else {
      let isTiny = file.byteCount < 4
      let reason = isTiny ? "it has \(file.byteCount) bytes" : "it does not start as a zstd stream"
      throw CheckpointError.notACheckpoint(path: path, reason: reason)
    }
    let footer = try file.read(max(0, file.byteCount - Self.footerSize)..<file.byteCount)
    guard footer.count == Self.footerSize, footer.littleEndian(at: 5) == Self.footerMagic else {
      throw CheckpointError.truncated(path: path, reason: "the seek table at its end is missing")
    }
    let count = Int(footer.littleEndian(at: 0))
    let size = count * Self.entrySize + Self.footerSize
    let start = file.byteCount - size - 8
    guard footer[footer.startIndex + 4] == Self.descriptor, count > 0, start > 0 else {
      throw CheckpointError.corrupt(path: path, tensor: nil, reason: "the seek table's footer is damaged")
    }
    let table = try file.read(start..<file.byteCount)
    guard table.count == size + 8 else {
      throw CheckpointError.truncated(path: path, reason: "it became shorter while it was read")
    }
    guard table.littleEndian(at: 0) == Self.skippableMagic, table.littleEndian(at: 4) == UInt32(size) else {
      throw CheckpointError.corrupt(path: path, tensor: nil, reason: "the seek table's header is damaged")
    }
    frames = (0..<count).map { index in
      let offset = 8 + index * Self.entrySize
      return Frame(
        compressedSize: Int(table.littleEndian(at: offset)),
        decompressedSize: Int(table.littleEndian(at: offset + 4)),
        checksum: table.littleEndian(at: offset + 8))
    }
    try check(path: path, framesEnd: start, byteLimit: byteLimit)
  }

  private func check(path: String, framesEnd: Int, byteLimit: Int) throws {
    var compressed = 0
    var decompressed = 0
    for frame in frames {
      compressed += frame.compressedSize
      decompressed += frame.decompressedSize
      guard frame.decompressedSize <= frame.compressedSize * ZstdFrame.largestRatio else {
        let reason = "the seek table has an impossible size"
        throw CheckpointError.corrupt(path: path, tensor: nil, reason: reason)
      }
    }
    guard compressed == framesEnd else {
      throw CheckpointError.corrupt(
        path: path, tensor: nil,
        reason: "the seek table describes \(compressed) bytes, the file has \(framesEnd) before it")
    }
    guard decompressed <= byteLimit else {
      throw CheckpointError.tooLarge(path: path, found: decompressed, limit: byteLimit)
    }
  }
}
