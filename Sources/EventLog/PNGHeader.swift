import Foundation

/// What the first 26 bytes of a PNG file say.
struct PNGHeader {
  let width: Int
  let height: Int
  /// Values of a pixel; 3 where colors are looked up in a palette.
  let channelCount: Int32

  /// `nil` where the data do not begin as a PNG file does.
  init?(_ data: Data) {
    let bytes = [UInt8](data.prefix(26))
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
    let channelCounts: [UInt8: Int32] = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4]  // by the type of color
    guard bytes.count == 26, bytes.starts(with: start),
      let count = channelCounts[bytes[25]]
    else { return nil }
    let number = { (range: Range<Int>) in bytes[range].reduce(0) { $0 << 8 | Int($1) } }
    (width, height, channelCount) = (number(16..<20), number(20..<24), count)
  }
}
