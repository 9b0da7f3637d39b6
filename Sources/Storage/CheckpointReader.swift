import Files
import Foundation
import Torch

/// An open checkpoint whose table and header have been read and agree with each other.
struct CheckpointReader: Sendable {
  let file: ReadableFile
  let table: SeekTable
  let header: SafetensorsHeader
  /// Where each frame starts in the file.
  let offsets: [Int]
  /// The frames of each tensor, in the order of the header's entries.
  let frames: [Range<Int>]

  init(_ url: URL, byteLimit: Int) throws {
    file = try ReadableFile(url, what: "checkpoint")
    table = try SeekTable(readingFrom: file, byteLimit: byteLimit)
    var offset = 0
    offsets = table.frames.map { frame in
      defer { offset += frame.compressedSize }
      return offset
    }
    let size = table.frames[0].decompressedSize
    guard size <= SafetensorsHeader.byteLimit + 8 else {
      throw CheckpointError.notACheckpoint(
        path: url.path, reason: "its first frame has \(size) bytes, too many for a safetensors header")
    }
    let bytes = try Self.contents(of: 0..<1, tensor: nil, file: file, table: table, offsets: offsets)
    do {
      header = try SafetensorsHeader(encoded: bytes)
      guard try SafetensorsHeader.encodedByteCount(prefix: bytes) == bytes.count else {
        throw SafetensorsError.trailingBytes(found: bytes.count, expected: header.encoded.count)
      }
    } catch let error as SafetensorsError {
      throw CheckpointError.notACheckpoint(path: url.path, reason: "\(error)")
    }
    frames = try Self.assign(table: table, header: header, path: url.path)
  }

  /// Reads and checks one tensor.
  func record(at index: Int) throws -> TensorRecord {
    let entry = header.entries[index]
    let data = try Self.contents(
      of: frames[index], tensor: entry.name, file: file, table: table, offsets: offsets)
    return TensorRecord(name: entry.name, dtype: entry.dtype, shape: entry.shape, data: data)
  }

  /// What the checkpoint holds.
  var summary: CheckpointHeader {
    let tensors = zip(header.entries, frames).map { entry, range in
      CheckpointHeader.Tensor(
        name: entry.name, dtype: entry.dtype, shape: entry.shape, byteCount: entry.range.count,
        compressedByteCount: table.frames[range].reduce(0) { $0 + $1.compressedSize })
    }
    return CheckpointHeader(
      tensors: tensors, metadata: header.metadata,
      byteCount: table.frames.reduce(0) { $0 + $1.decompressedSize },
      compressedByteCount: file.byteCount)
  }

  /// Gives every tensor its frames: the frames in turn fill the tensors in the order of the data, exactly.
  private static func assign(
    table: SeekTable, header: SafetensorsHeader, path: String
  ) throws -> [Range<Int>] {
    var result = [Range<Int>](repeating: 0..<0, count: header.entries.count)
    var next = 1
    for index in header.dataOrder {
      let entry = header.entries[index]
      let first = next
      var filled = 0
      repeat {
        guard next < table.frames.count else {
          throw CheckpointError.truncated(path: path, reason: "tensor \"\(entry.name)\" has no data")
        }
        let size = table.frames[next].decompressedSize
        guard size <= entry.range.count - filled, size > 0 || entry.range.isEmpty else {
          throw CheckpointError.corrupt(
            path: path, tensor: entry.name,
            reason: "the seek table has \(size) bytes where \(entry.range.count - filled) are expected")
        }
        filled += size
        next += 1
      } while filled < entry.range.count
      result[index] = first..<next
    }
    guard next == table.frames.count else {
      throw CheckpointError.corrupt(
        path: path, tensor: nil,
        reason: "it has \(table.frames.count) frames, its header describes \(next)")
    }
    return result
  }

  /// The decompressed bytes of neighbouring frames.
  private static func contents(
    of range: Range<Int>, tensor: String?, file: ReadableFile, table: SeekTable, offsets: [Int]
  ) throws -> Data {
    let size = table.frames[range].reduce(0) { $0 + $1.decompressedSize }
    guard let buffer = malloc(max(size, 1)) else {
      throw CheckpointError.outOfMemory(path: file.path, needed: size)
    }
    var isKept = false
    defer { if !isKept { free(buffer) } }
    var target = UnsafeMutableRawBufferPointer(start: buffer, count: size)
    for index in range {
      let frame = table.frames[index]
      let bytes = try file.read(offsets[index]..<(offsets[index] + frame.compressedSize))
      guard bytes.count == frame.compressedSize else {
        throw CheckpointError.truncated(path: file.path, reason: "it became shorter while it was read")
      }
      do {
        let part = UnsafeMutableRawBufferPointer(rebasing: target.prefix(frame.decompressedSize))
        guard ZstdFrame.checksum(of: bytes) == frame.checksum else {
          throw ZstdFrame.Failure(reason: "the checksum in the frame disagrees with the seek table")
        }
        try ZstdFrame.decompress(bytes, into: part)
        target = UnsafeMutableRawBufferPointer(rebasing: target.dropFirst(frame.decompressedSize))
      } catch let failure as ZstdFrame.Failure {
        throw CheckpointError.corrupt(path: file.path, tensor: tensor, reason: failure.reason)
      }
    }
    isKept = true
    return Data(bytesNoCopy: buffer, count: size, deallocator: .free)
  }
}
