import Files
import Foundation
import Torch

/// A checkpoint: a standard safetensors file inside a standard zstd stream.
///
/// The first zstd frame is the safetensors header, then comes one frame per tensor, then a seek table in
/// zstd's "seekable format", so that `zstd -d` gives the safetensors file, every core works on reading and
/// writing, and one tensor can be read alone. Every frame carries a checksum. Reading trusts nothing: sizes
/// are compared with one another and with the file's real size before anything is allocated.
public enum CheckpointFile {
  /// The most that a checkpoint may hold when nothing else is said: 64 GiB.
  public static let defaultByteLimit = 64 << 30
  /// The largest piece of a tensor in one frame, a limit of the seekable format: 1 GiB.
  public static let largestFrame = 1 << 30

  /// Bytes that are compressed at a time; bounds the memory beside the records themselves.
  private static let waveSize = 256 << 20

  /// Writes a checkpoint under a temporary name, forces it to the disk and gives it its name in one step.
  ///
  /// Equal records give equal bytes. A tensor longer than `frameLimit` bytes takes several frames.
  /// - Throws: `SafetensorsError` for records that do not fit together, `StorageError` for the disk. A file
  ///   that was there before stays as it was.
  public static func write(
    _ records: [TensorRecord], metadata: [String: String], to url: URL, level: Int = 3,
    frameLimit: Int = largestFrame
  ) throws {
    let header = try SafetensorsHeader(describing: records, metadata: metadata)
    let limit = min(max(frameLimit, 1), largestFrame)
    let pieces = [header.encoded] + header.dataOrder.flatMap { split(records[$0].data, limit: limit) }
    try AtomicFile.write(to: url) { file in
      var table = SeekTable()
      for wave in waves(of: pieces) {
        for (frame, size) in zip(try compress(pieces[wave], level: level, path: url.path), pieces[wave]) {
          try file.write(frame)
          table.frames.append(
            .init(
              compressedSize: frame.count, decompressedSize: size.count,
              checksum: ZstdFrame.checksum(of: frame)))
        }
      }
      try file.write(table.encoded)
    }
  }

  /// Reads and checks a checkpoint, whole or in part: of tensors that are not wanted no value is read.
  ///
  /// - Parameters:
  ///   - byteLimit: The most bytes that the checkpoint may hold.
  ///   - isWanted: Says by its name whether a tensor is read.
  /// - Throws: ``CheckpointError`` for what is wrong with the file, `StorageError` if it cannot be read.
  public static func read(
    _ url: URL, byteLimit: Int = defaultByteLimit, where isWanted: (_ name: String) -> Bool = { _ in true }
  ) throws -> (records: [TensorRecord], metadata: [String: String]) {
    let reader = try CheckpointReader(url, byteLimit: byteLimit)
    let wanted = reader.header.entries.indices.filter { isWanted(reader.header.entries[$0].name) }
    let records = try mapConcurrently(wanted.count) { try reader.record(at: wanted[$0]) }
    return (records, reader.header.metadata)
  }

  /// Reads names, shapes, sizes and free text, and no values.
  ///
  /// - Throws: ``CheckpointError``, `StorageError`.
  public static func readHeader(
    _ url: URL, byteLimit: Int = defaultByteLimit
  ) throws -> CheckpointHeader {
    try CheckpointReader(url, byteLimit: byteLimit).summary
  }

  /// Reads every byte of the file and checks it, keeping nothing.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be used, `StorageError` if it cannot be read.
  @discardableResult
  public static func verify(_ url: URL, byteLimit: Int = defaultByteLimit) throws -> CheckpointHeader {
    let reader = try CheckpointReader(url, byteLimit: byteLimit)
    _ = try mapConcurrently(reader.header.entries.count) { _ = try reader.record(at: $0) }
    return reader.summary
  }

  /// `data` in pieces of at most `limit` bytes; an empty tensor is one empty piece.
  private static func split(_ data: Data, limit: Int) -> [Data] {
    guard data.count > limit else { return [data] }
    return stride(from: data.startIndex, to: data.endIndex, by: limit).map {
      data[$0..<min($0 + limit, data.endIndex)]
    }
  }

  /// Neighbouring pieces grouped so that a group holds about ``waveSize`` bytes.
  private static func waves(of pieces: [Data]) -> [Range<Int>] {
    var waves: [Range<Int>] = []
    var start = 0
    var size = 0
    for (index, piece) in pieces.enumerated() {
      size += piece.count
      if size >= waveSize || index == pieces.count - 1 {
        waves.append(start..<(index + 1))
        start = index + 1
        size = 0
      }
    }
    return waves
  }

  private static func compress(_ pieces: ArraySlice<Data>, level: Int, path: String) throws -> [Data] {
    do {
      return try mapConcurrently(pieces.count) { index in
        try ZstdFrame.compress(pieces[pieces.startIndex + index], level: level)
      }
    } catch let failure as ZstdFrame.Failure {
      throw StorageError.disk(path: path, reason: "cannot be compressed: \(failure.reason)")
    }
  }
}
