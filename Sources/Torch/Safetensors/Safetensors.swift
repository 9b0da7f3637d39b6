import Foundation

/// Plain safetensors files.
///
/// Format: <https://github.com/huggingface/safetensors>. A reader never executes anything from the file, and
/// allocates only what the file's own size allows.
public enum Safetensors {
  /// Writes `records` as one file, under a temporary name first, so that a failure leaves no half file behind.
  ///
  /// - Throws: ``SafetensorsError``.
  public static func write(
    _ records: [TensorRecord], metadata: [String: String] = [:], to url: URL
  ) throws {
    let header = try SafetensorsHeader(describing: records, metadata: metadata)
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent).\(suffix)")
    do {
      try Data().write(to: temporary, options: .withoutOverwriting)
      let handle = try FileHandle(forWritingTo: temporary)
      try handle.write(contentsOf: header.encoded)
      for index in header.dataOrder { try handle.write(contentsOf: records[index].data) }
      try handle.synchronize()
      try handle.close()
      guard rename(temporary.path, url.path) == 0 else {
        throw SafetensorsError.file(path: url.path, reason: String(cString: strerror(errno)))
      }
    } catch {
      unlink(temporary.path)
      if let error = error as? SafetensorsError { throw error }
      throw SafetensorsError.file(path: url.path, reason: "cannot be written: \(error.localizedDescription)")
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
