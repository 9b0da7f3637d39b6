import Datasets
import Files
import Foundation
import MoCAProtocols

/// Images side by side in one PNG.
public struct ImageGrid {
  /// The images, `[count, channels, height, width]` in [0, 1].
  public let images: Tensor
  /// Images in a row.
  public let columns: Int
  /// Pixels between images.
  public let gap: Int
  /// How often each pixel is repeated in both directions, for small images.
  public let magnification: Int

  /// Lays out images row by row.
  public init(_ images: Tensor, columns: Int, gap: Int = 2, magnification: Int? = nil) {
    self.images = images
    self.columns = columns
    self.gap = gap
    self.magnification = magnification ?? max(1, 64 / max(images.shape[2], 1))
  }

  /// Rows of `first`, each above the same row of `second`, as for images and their reconstructions.
  public static func pairs(of first: Tensor, and second: Tensor, columns: Int) -> ImageGrid {
    let count = first.shape[0]
    let rows = stride(from: 0, to: count, by: columns).flatMap { start -> [Tensor] in
      let length = min(columns, count - start)
      let filler = columns - length
      return [first, second].map { images in
        let row = images.narrowed(along: 0, from: start, count: length)
        let blank = Tensor.ones([filler] + images.shape.dropFirst(), on: images.device)
        return filler == 0 ? row : .concatenated([row, blank])
      }
    }
    return ImageGrid(.concatenated(rows), columns: columns)
  }

  /// Writes the grid: values are clamped to [0, 1] and rounded to 8 bits.
  ///
  /// - Throws: `StorageError` or `DataError` where the file cannot be written.
  public func write(to url: URL) throws {
    let (pixels, shape) = pixels()
    try AtomicFile.write(Data(try PNG.encode(bytes: pixels, shape: shape)), to: url)
  }

  /// 8-bit values of every image, NHWC.
  public static func bytes(of images: Tensor) -> [UInt8] {
    withoutGradients {
      let rounded = (images.detached().clamped(min: 0).clamped(max: 1) * 255).rounded()
      return rounded.permuted(0, 2, 3, 1).to(dtype: .uint8).contiguous().values(as: UInt8.self)
    }
  }

  private func pixels() -> ([UInt8], ImageShape) {
    let (count, channels) = (images.shape[0], images.shape[1])
    let (height, width) = (images.shape[2] * magnification, images.shape[3] * magnification)
    let rows = (count + columns - 1) / columns
    let shape = ImageShape(
      channels: channels, height: rows * (height + gap) + gap, width: columns * (width + gap) + gap)
    var canvas = [UInt8](repeating: 255, count: shape.valueCount)
    let source = Self.bytes(of: images)
    for index in 0..<count {
      let top = gap + index / columns * (height + gap)
      let left = gap + index % columns * (width + gap)
      for y in 0..<height {
        for x in 0..<width {
          let from =
            ((index * images.shape[2] + y / magnification) * images.shape[3] + x / magnification) * channels
          let to = ((top + y) * shape.width + left + x) * channels
          for channel in 0..<channels { canvas[to + channel] = source[from + channel] }
        }
      }
    }
    return (canvas, shape)
  }
}
