import PluginKit

/// Small operations on one 8-bit NHWC image.
public enum ImagePixels {
  /// The image with 1 or 3 channels. Grey has the weights of ITU-R 601 in 16 bits, as Pillow computes it.
  public static func convert(
    _ bytes: [UInt8], shape: ImageShape, channels: Int
  ) -> (bytes: [UInt8], shape: ImageShape) {
    let result = ImageShape(channels: channels, height: shape.height, width: shape.width)
    switch (shape.channels, channels) {
    case (1, 3):
      return (bytes.flatMap { [$0, $0, $0] }, result)
    case (3, 1):
      let grey = stride(from: 0, to: bytes.count, by: 3).map { pixel -> UInt8 in
        let (red, green, blue) = (Int(bytes[pixel]), Int(bytes[pixel + 1]), Int(bytes[pixel + 2]))
        return UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
      }
      return (grey, result)
    default:
      return (bytes, shape)
    }
  }

  /// RGB from the four inks of a JPEG, which Adobe's convention stores inverted.
  static func colors(ofInks bytes: [UInt8]) -> [UInt8] {
    var colors: [UInt8] = []
    colors.reserveCapacity(bytes.count / 4 * 3)
    for pixel in stride(from: 0, to: bytes.count, by: 4) {
      let black = Int(bytes[pixel + 3])
      for ink in 0..<3 { colors.append(UInt8((Int(bytes[pixel + ink]) * black + 127) / 255)) }
    }
    return colors
  }

  /// The largest square in the middle.
  public static func centreSquare(_ bytes: [UInt8], shape: ImageShape) -> (bytes: [UInt8], shape: ImageShape)
  {
    guard shape.height != shape.width else { return (bytes, shape) }
    let side = min(shape.height, shape.width)
    let top = (shape.height - side) / 2
    let left = (shape.width - side) / 2
    var square: [UInt8] = []
    square.reserveCapacity(side * side * shape.channels)
    for row in top..<(top + side) {
      let start = (row * shape.width + left) * shape.channels
      square += bytes[start..<(start + side * shape.channels)]
    }
    return (square, ImageShape(channels: shape.channels, height: side, width: side))
  }

  /// The image with a black border of `margin` pixels.
  public static func padded(_ bytes: ArraySlice<UInt8>, shape: ImageShape, margin: Int) -> [UInt8] {
    let row = shape.width * shape.channels
    let side = margin * shape.channels
    let edge = [UInt8](repeating: 0, count: margin * (row + 2 * side))
    var result = edge
    for line in 0..<shape.height {
      let start = bytes.startIndex + line * row
      result += [UInt8](repeating: 0, count: side) + bytes[start..<(start + row)]
      result += [UInt8](repeating: 0, count: side)
    }
    return result + edge
  }

  /// Interleaves the channels of an image that is stored plane by plane.
  public static func interleaved(_ planes: ArraySlice<UInt8>, channels: Int) -> [UInt8] {
    let size = planes.count / channels
    return [UInt8](unsafeUninitializedCapacity: planes.count) { target, initialized in
      planes.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          for pixel in 0..<size { target[pixel * channels + channel] = source[channel * size + pixel] }
        }
      }
      initialized = planes.count
    }
  }
}
