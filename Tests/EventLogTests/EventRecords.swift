import EventLog
import Foundation
import Testing

/// The records of an event file, taken apart with their checksums checked.
struct EventRecords {
  let contents: [Data]

  init(_ file: Data) throws {
    var rest = file
    var contents: [Data] = []
    while !rest.isEmpty {
      let header = rest.prefix(8)
      let length = Int(Self.number(header))
      try #require(rest.count >= length + 16, "the last record is torn")
      #expect(Self.number(rest.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(header)))
      let content = rest.dropFirst(12).prefix(length)
      #expect(Self.number(rest.dropFirst(12 + length).prefix(4)) == UInt64(CRC32C.masked(content)))
      contents.append(Data(content))
      rest = rest.dropFirst(length + 16)
    }
    self.contents = contents
  }

  /// The records that hold a text somewhere.
  func holding(_ text: String) -> [Data] { contents.filter { $0.range(of: Data(text.utf8)) != nil } }

  private static func number(_ bytes: Data) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}
