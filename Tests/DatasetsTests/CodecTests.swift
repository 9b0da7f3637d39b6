import Datasets
import Foundation
import PluginKit
import Testing

@Suite("PNG and JPEG")
struct CodecTests {
  @Test("PNG gives back the bytes", arguments: [1, 3], [(1, 1), (7, 5), (32, 32)])
  func roundTrip(channels: Int, size: (Int, Int)) throws {
    let shape = ImageShape(channels: channels, height: size.1, width: size.0)
    let bytes = (0..<shape.valueCount).map { UInt8(($0 * 37) % 256) }
    let decoded = try PNG.decode(try PNG.encode(bytes: bytes, shape: shape))
    #expect(decoded.bytes == bytes)
    #expect(decoded.shape == shape)
  }

  @Test("PNG becomes grey with the weights of ITU-R 601 and colour by repeating")
  func channels() throws {
    let shape = ImageShape(channels: 3, height: 1, width: 4)
    let file = try PNG.encode(bytes: [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9], shape: shape)
    #expect(try PNG.decode(file, channels: 1).bytes == [76, 150, 29, 9])
    let grey = try PNG.encode(bytes: [5, 6], shape: ImageShape(channels: 1, height: 1, width: 2))
    #expect(try PNG.decode(grey, channels: 3).bytes == [5, 5, 5, 6, 6, 6])
  }

  @Test("PNG is written to a file, and a folder that is missing is an error of the disk")
  func writing() throws {
    let folder = try TemporaryFolder()
    let shape = ImageShape(channels: 1, height: 1, width: 2)
    let file = folder.url.appendingPathComponent("a.png")
    try PNG.write(bytes: [1, 2], shape: shape, to: file)
    #expect(try PNG.decode(Array(try Data(contentsOf: file))).bytes == [1, 2])
    let error = dataError {
      try PNG.write(bytes: [1, 2], shape: shape, to: folder.url.appendingPathComponent("none/a.png"))
    }
    guard case .disk = error else { return #expect(Bool(false), "found \(String(describing: error))") }
  }

  @Test("bytes that do not fit a shape are not encoded")
  func misfit() {
    let shape = ImageShape(channels: 2, height: 1, width: 2)
    #expect(throws: DataError.self) { try PNG.encode(bytes: [1, 2, 3, 4], shape: shape) }
    #expect(throws: DataError.self) {
      try PNG.encode(bytes: [1], shape: ImageShape(channels: 1, height: 1, width: 2))
    }
  }

  @Test("JPEG of quality 95 comes within 6 grey levels of a smooth picture")
  func jpegAccuracy() throws {
    let decoded = try JPEG.decode(jpeg(40, 24))
    #expect(decoded.shape == ImageShape(channels: 3, height: 24, width: 40))
    let errors = zip(decoded.bytes, picture(40, 24)).map { abs(Int($0) - Int($1)) }
    #expect(errors.max() ?? 0 <= 6)
    #expect(try JPEG.decode(jpeg(40, 24), channels: 1).shape.channels == 1)
  }

  @Test(
    "a file that ends early or has no header is an error that names it",
    arguments: [0.0, 0.02, 0.3, 0.6, 0.95, 0.999])
  func truncation(share: Double) throws {
    for file in [jpeg(64, 64), try png(64, 64)] {
      let cut = Array(file.prefix(Int(Double(file.count) * share)))
      let error = dataError {
        file[0] == 0xFF ? try JPEG.decode(cut, named: "a") : try PNG.decode(cut, named: "a")
      }
      guard case .corrupt("a", _) = error else {
        return #expect(Bool(false), "found \(String(describing: error)) for \(file.prefix(4))")
      }
    }
  }

  @Test("a PNG file with any bit flipped is an error, but for what does not touch the pixels")
  func flippedBits() throws {
    let file = try png(16, 16)
    let pixels = try PNG.decode(file).bytes
    for position in file.indices {
      var damaged = file
      damaged[position] ^= 1 << UInt8(position % 8)
      if let decoded = try? PNG.decode(damaged) { #expect(decoded.bytes == pixels, "byte \(position)") }
    }
  }

  @Test("a header that claims more than 20000 pixels a side is refused before memory is taken")
  func bounds() throws {
    var large = jpeg(16, 16)
    let frame = try #require(large.indices.dropLast().first { large[$0] == 0xFF && large[$0 + 1] == 0xC0 })
    large.replaceSubrange((frame + 5)..<(frame + 9), with: [0x75, 0x30, 0x75, 0x30])
    let error = dataError { try JPEG.decode(large) }
    #expect(error?.description.contains("30000×30000") == true, "found \(String(describing: error))")
    let wide = try PNG.encode(
      bytes: [UInt8](repeating: 0, count: 20_001), shape: ImageShape(channels: 1, height: 1, width: 20_001))
    #expect(dataError { try PNG.decode(wide) }?.description.contains("20001×1") == true)
  }
}
