import CPNG
import Foundation
import PluginKit

/// PNG files of 8-bit grey or RGB, through libpng.
public enum PNG {
  /// Encodes one image, NHWC.
  ///
  /// - Throws: ``DataError/corrupt(path:reason:)`` where the bytes do not fit the shape or the shape is not
  ///   grey or RGB.
  public static func encode(bytes: [UInt8], shape: ImageShape) throws -> [UInt8] {
    guard shape.channels == 1 || shape.channels == 3, shape.valueCount > 0, bytes.count == shape.valueCount
    else {
      throw DataError.corrupt(
        path: "an image to write as PNG",
        reason:
          "\(bytes.count) bytes for \(shape); 1 or 3 channels and \(shape.valueCount) bytes are expected")
    }
    let (width, height) = (UInt32(shape.width), UInt32(shape.height))
    var count = cpng_maximum_size(width, height, Int32(shape.channels))
    var output = [UInt8](repeating: 0, count: count)
    var message = [CChar](repeating: 0, count: Int(CPNG_ERROR_SIZE))
    guard cpng_write(bytes, width, height, Int32(shape.channels), &output, &count, &message) != 0 else {
      throw DataError.corrupt(path: "an image to write as PNG", reason: text(message))
    }
    output.removeLast(output.count - count)
    return output
  }

  /// Decodes a file's bytes to NHWC.
  ///
  /// Colour becomes grey by the weights of ITU-R 601, palettes become RGB, transparent pixels stand on white.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - channels: 1 or 3; `nil` keeps what the file has.
  ///   - name: What to call the file in an error.
  /// - Throws: ``DataError/corrupt(path:reason:)``.
  public static func decode(
    _ bytes: [UInt8], channels: Int? = nil, named name: String = "a PNG image"
  ) throws -> (bytes: [UInt8], shape: ImageShape) {
    var message = [CChar](repeating: 0, count: Int(CPNG_ERROR_SIZE))
    var (width, height, fileChannels) = (UInt32(0), UInt32(0), Int32(0))
    guard cpng_read_header(bytes, bytes.count, &width, &height, &fileChannels, &message) != 0 else {
      throw DataError.corrupt(path: name, reason: text(message))
    }
    let shape = ImageShape(channels: Int(fileChannels), height: Int(height), width: Int(width))
    try ImageLimits.check(shape, named: name)
    if let fault = PNGChunks.fault(in: bytes) { throw DataError.corrupt(path: name, reason: fault) }
    var pixels = [UInt8](repeating: 0, count: shape.valueCount)
    guard cpng_read(bytes, bytes.count, fileChannels, &pixels, &message) != 0 else {
      throw DataError.corrupt(path: name, reason: text(message))
    }
    return ImagePixels.convert(pixels, shape: shape, channels: channels ?? shape.channels)
  }

  /// Encodes one image and writes it to `url`, by way of a temporary name.
  ///
  /// - Throws: ``DataError/disk(path:reason:)``, or what ``encode(bytes:shape:)`` throws.
  public static func write(bytes: [UInt8], shape: ImageShape, to url: URL) throws {
    let file = try encode(bytes: bytes, shape: shape)
    do {
      try Data(file).write(to: url, options: .atomic)
    } catch {
      throw DataError.disk(path: url.path, reason: error.localizedDescription)
    }
  }

  private static func text(_ message: [CChar]) -> String {
    let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
