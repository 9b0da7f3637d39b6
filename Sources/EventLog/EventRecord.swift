import Foundation

/// A record of TensorFlow's record files: length, checksum of the length, data, checksum of the data; all numbers
/// little-endian.
enum EventRecord {
  /// `data` as a record.
  static func framed(_ data: Data) -> Data {
    var record = Data(capacity: data.count + 16)
    record.append(littleEndian: UInt64(data.count))
    record.append(littleEndian: CRC32C.masked(record))
    record.append(data)
    record.append(littleEndian: CRC32C.masked(data))
    return record
  }
}

extension Data {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
