import PluginKit

/// The bytes of one image file.
struct ImageFile: Sendable {
  /// What messages call it.
  let name: String
  /// The folder that it lies in, `nil` at the top of the source.
  let parent: String?
  let bytes: [UInt8]

  init(name: String, relativePath: String, bytes: [UInt8]) {
    self.name = name
    parent = relativePath.split(separator: "/").filter { $0 != "." }.dropLast().last.map(String.init)
    self.bytes = bytes
  }

  /// Whether a file counts as an image: by its first bytes, or by its name so that a file cut to nothing is
  /// noticed. Hidden files, such as the ones that macOS adds to archives, do not count.
  static func isImage(_ signature: [UInt8], name: String) -> Bool {
    guard let file = name.split(separator: "/").last, !file.hasPrefix(".") else { return false }
    return ImageFormat(signature: signature) != nil || ImageFormat.isExpected(forName: name)
  }

  /// The decoded image, cropped to its middle square and resized where a size is given.
  func prepared(
    size: Int?, channels: Int,
    resize: (_ bytes: [UInt8], _ from: ImageShape, _ to: ImageShape) throws -> [UInt8]
  ) throws -> (bytes: [UInt8], shape: ImageShape) {
    guard bytes.count <= ImageLimits.fileSize else {
      throw DataError.corrupt(path: name, reason: "it has more than \(ImageLimits.fileSize >> 20) MiB")
    }
    let image = try ImageFormat.decode(bytes, channels: channels, named: name)
    guard let size else { return image }
    let square = ImagePixels.centreSquare(image.bytes, shape: image.shape)
    let target = ImageShape(channels: channels, height: size, width: size)
    guard square.shape != target else { return square }
    let resized = try resize(square.bytes, square.shape, target)
    guard resized.count == target.valueCount else {
      fatalError(
        "LoadContext.resize gave \(resized.count) bytes for \(target), expected \(target.valueCount)")
    }
    return (resized, target)
  }
}
