import EventLog
import Foundation
import Testing

@Suite("The checksum of event files")
struct CRC32CTests {
  @Test(
    "equals the vectors of RFC 3720, appendix B.4, and the polynomial's check value",
    arguments: [
      (Data(count: 32), 0x8A91_36AA),
      (Data(repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Data(0..<32), 0x46DD_794E),
      (Data((0..<32).reversed()), 0x113F_DB5C),
      (Data("123456789".utf8), 0xE306_9283),
      (Data(), 0),
    ] as [(Data, UInt32)])
  func vectors(_ data: Data, _ expected: UInt32) {
    #expect(CRC32C.checksum(of: data) == expected)
  }

  @Test("a part of other data counts from its own start")
  func slice() {
    #expect(CRC32C.checksum(of: Data("xx123456789".utf8).dropFirst(2)) == 0xE306_9283)
  }
}
