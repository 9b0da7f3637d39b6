import Foundation

extension SafetensorsHeader {
  /// The bytes that the header takes in a file, length field included, read from the file's first 8 bytes.
  ///
  /// - Throws: ``SafetensorsError`` if there are fewer than 8 bytes or the length is beyond ``byteLimit``.
  public static func encodedByteCount(prefix: Data) throws -> Int {
    guard prefix.count >= 8 else { throw SafetensorsError.truncated(found: prefix.count, expected: 8) }
    let length = prefix.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(byteLimit) else {
      throw SafetensorsError.headerTooLong(found: length, limit: byteLimit)
    }
    return Int(length) + 8
  }

  /// Reads a header and refuses everything that the format does not allow: duplicate names, unknown types,
  /// shapes that do not agree with the bytes, holes and overlaps. Bytes behind the header are not looked at.
  ///
  /// - Throws: ``SafetensorsError``.
  public init(encoded data: Data) throws {
    let count = try Self.encodedByteCount(prefix: data)
    guard data.count >= count else { throw SafetensorsError.truncated(found: data.count, expected: count) }
    var parser = SafetensorsHeaderParser(bytes: [UInt8](data.dropFirst(8).prefix(count - 8)))
    let (fields, metadata) = try parser.parse()
    let entries = try fields.map(Self.entry)
    let order = entries.indices.sorted {
      let (first, second) = (entries[$0].range, entries[$1].range)
      return (first.lowerBound, first.upperBound, $0) < (second.lowerBound, second.upperBound, $1)
    }
    var offset = 0
    for index in order {
      let entry = entries[index]
      guard entry.range.lowerBound == offset else {
        throw SafetensorsError.misplaced(name: entry.name, expected: offset, found: entry.range.lowerBound)
      }
      offset = entry.range.upperBound
    }
    self.init(checked: entries, dataOrder: order, metadata: metadata)
  }

  private static func entry(_ fields: SafetensorsHeaderParser.Fields) throws -> Entry {
    guard let dtype = SafetensorsType(rawValue: fields.dtype) else {
      throw SafetensorsError.unknownType(name: fields.name, found: fields.dtype)
    }
    let expected = try byteCount(name: fields.name, dtype: dtype, shape: fields.shape)
    let found = fields.end - fields.start  // Both are non-negative, so this cannot overflow.
    guard found == expected else {
      throw SafetensorsError.wrongLength(name: fields.name, expected: expected, found: found)
    }
    return Entry(name: fields.name, dtype: dtype, shape: fields.shape, range: fields.start..<fields.end)
  }
}
