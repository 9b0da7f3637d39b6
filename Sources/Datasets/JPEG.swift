import CTurboJPEG
import PluginKit

/// JPEG files, through libjpeg-turbo.
public enum JPEG {
  /// Decodes a file's bytes to 8-bit NHWC.
  ///
  /// Grey is the file's luma. A warning, such as a file that ends early, counts as an error.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - channels: 1 or 3; `nil` keeps what the file has.
  ///   - name: What to call the file in an error.
  /// - Throws: ``DataError/corrupt(path:reason:)``.
  public static func decode(
    _ bytes: [UInt8], channels: Int? = nil, named name: String = "a JPEG image"
  ) throws -> (bytes: [UInt8], shape: ImageShape) {
    guard let decoder = tjInitDecompress() else {
      throw DataError.corrupt(path: name, reason: "libjpeg-turbo could not start: \(text(nil))")
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colorSpace) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let size = CUnsignedLong(bytes.count)
    guard tjDecompressHeader3(decoder, bytes, size, &width, &height, &subsampling, &colorSpace) == 0 else {
      throw DataError.corrupt(path: name, reason: text(decoder))
    }
    let isInk = colorSpace == TJCS_CMYK.rawValue || colorSpace == TJCS_YCCK.rawValue
    let wanted = channels ?? (colorSpace == TJCS_GRAY.rawValue ? 1 : 3)
    let format = isInk ? TJPF_CMYK : wanted == 1 ? TJPF_GRAY : TJPF_RGB
    let shape = ImageShape(channels: wanted, height: Int(height), width: Int(width))
    try ImageLimits.check(shape, named: name)
    let pixelSize = isInk ? 4 : wanted
    var pixels = [UInt8](repeating: 0, count: shape.height * shape.width * pixelSize)
    let flags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT
    let row = width * Int32(pixelSize)
    guard tjDecompress2(decoder, bytes, size, &pixels, width, row, height, format.rawValue, flags) == 0 else {
      throw DataError.corrupt(path: name, reason: text(decoder))
    }
    guard isInk else { return (pixels, shape) }
    let color = ImageShape(channels: 3, height: shape.height, width: shape.width)
    return ImagePixels.convert(ImagePixels.colors(ofInks: pixels), shape: color, channels: wanted)
  }

  private static func text(_ decoder: tjhandle?) -> String {
    guard let message = tjGetErrorStr2(decoder) else { return "unknown reason" }
    return String(cString: message)
  }
}
