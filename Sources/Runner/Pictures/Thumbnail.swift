import Datasets
import Foundation
import MoCAProtocols

/// One image as a PNG file.
public struct Thumbnail: Sendable, Equatable {
  /// The file's bytes.
  public let png: Data
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int

  /// Encodes each image of `[count, channels, height, width]`: values are clamped to [0, 1] and rounded to 8 bits;
  /// images with a side beyond `limit` are made smaller first.
  ///
  /// - Throws: `DataError` where the images are neither grey nor RGB.
  public static func encode(_ images: Tensor, limit: Int) throws -> [Thumbnail] {
    let longest = max(images.shape[2], images.shape[3])
    let shrunk =
      longest <= limit
      ? images
      : images.to(dtype: .float32).resized(
        height: max(1, images.shape[2] * limit / longest), width: max(1, images.shape[3] * limit / longest))
    let shape = ImageShape(channels: shrunk.shape[1], height: shrunk.shape[2], width: shrunk.shape[3])
    let bytes = ImageGrid.bytes(of: shrunk)
    return try (0..<shrunk.shape[0]).map { index in
      let pixels = Array(bytes[(index * shape.valueCount)..<((index + 1) * shape.valueCount)])
      let png = try PNG.encode(bytes: pixels, shape: shape)
      return Thumbnail(png: Data(png), width: shape.width, height: shape.height)
    }
  }
}
