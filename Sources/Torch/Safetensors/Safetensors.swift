import Files
import Foundation

/// Plain safetensors files.
///
/// Format: <https://github.com/huggingface/safetensors>. A reader never executes anything from the file, and
/// allocates only what the file's own size allows.
public enum Safetensors {
  /// Writes `records` as one file, which is there whole or not at all.
  ///
  /// - Throws: ``SafetensorsError`` for records that do not fit together, `StorageError` for the disk.
  public static func write(
    _ records: [TensorRecord], metadata: [String: String] = [:], to url: URL
  ) throws {
    let header = try SafetensorsHeader(describing: records, metadata: metadata)
    try AtomicFile.write(to: url) { file in
      try file.write(header.encoded)
      for index in header.dataOrder { try file.write(records[index].data) }
    }
  }

  /// Reads a whole file, in the order of its header. The file is mapped, so that only one copy is made.
  ///
  /// - Throws: ``SafetensorsError/inFile(path:_:)`` with what is wrong, or ``SafetensorsError/file(path:reason:)``.
  public static func read(_ url: URL) throws -> (records: [TensorRecord], metadata: [String: String]) {
    let data: Data
    do {
      data = try Data(contentsOf: url, options: .alwaysMapped)
    } catch {
      throw SafetensorsError.file(path: url.path, reason: "cannot be read: \(error.localizedDescription)")
    }
    do {
      return try decode(data)
    } catch let error as SafetensorsError {
      throw SafetensorsError.inFile(path: url.path, error)
    }
  }

  /// Reads a file that is in memory.
  ///
  /// - Throws: ``SafetensorsError``.
  public static func decode(_ data: Data) throws -> (records: [TensorRecord], metadata: [String: String]) {
    let header = try SafetensorsHeader(encoded: data)
    let start = try SafetensorsHeader.encodedByteCount(prefix: data)
    let available = data.count - start
    guard available >= header.dataByteCount else {
      throw SafetensorsError.truncated(found: available, expected: header.dataByteCount)
    }
    guard available == header.dataByteCount else {
      throw SafetensorsError.trailingBytes(found: available, expected: header.dataByteCount)
    }
    let base = data.startIndex + start
    let records = header.entries.map { entry in
      let range = (base + entry.range.lowerBound)..<(base + entry.range.upperBound)
      return TensorRecord(
        name: entry.name, dtype: entry.dtype, shape: entry.shape, data: data.subdata(in: range))
    }
    return (records, header.metadata)
  }
}
