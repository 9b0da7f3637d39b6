import Datasets
import Foundation
import MoCAProtocols

/// 8-bit images that are scored or compared with, and what they are called.
public struct ImageSet: Sendable {
  /// What they are, as in `cifar10, training part`.
  public let name: String
  /// `sha256:…` of the images in their order.
  public let digest: String
  /// Their shape.
  public var shape: ImageShape { images.shape }
  /// How many there are.
  public var count: Int { indices.count }
  /// The class of each, where it is known.
  public var labels: [Int]? { images.labels.map { labels in indices.map { labels[$0] } } }

  let images: PackedImages
  let indices: [Int]

  /// Images of a packed set, all of them where no indices are given.
  public init(_ name: String, _ images: PackedImages, indices: [Int]? = nil) {
    let chosen = indices ?? Array(0..<images.count)
    self.init(name: name, images: images, indices: chosen, digest: images.digest(of: chosen))
  }

  private init(name: String, images: PackedImages, indices: [Int], digest: String) {
    self.name = name
    self.images = images
    self.indices = indices
    self.digest = digest
  }

  /// At most `count` images, evenly spread over the set.
  public func spread(to count: Int) -> ImageSet {
    count >= self.count ? self : ImageSet(name, images, indices: Split.spread(indices, limit: count))
  }

  /// Some images in [0, 1], `[count, channels, height, width]`, on the host.
  func images(at positions: [Int]) -> Tensor {
    ImageBatch(shape: shape, device: .cpu).tensor(gather(images, indices: positions.map { indices[$0] }))
  }

  /// `[batch, channels, height, width]` of 8-bit values, channels-last in memory.
  func batch(_ range: Range<Int>, on device: Device) -> Tensor {
    let bytes = gather(images, indices: Array(indices[range]))
    return Tensor(bytes, shape: [range.count, shape.height, shape.width, shape.channels])
      .to(on: device).permuted(0, 3, 1, 2)
  }
}

extension ImageSet {
  /// Generated images, 8-bit values as a PNG would hold them: clamped to [0, 1], × 255, rounded.
  ///
  /// - Parameter decode: `[count, channels, height, width]` in [0, 1] for the images of a range.
  static func generated(
    _ name: String, count: Int, shape: ImageShape, batchSize: Int = 500,
    progress: (Int) throws -> Void, decode: (Range<Int>) -> Tensor
  ) throws -> ImageSet {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * shape.valueCount)
    for start in stride(from: 0, to: count, by: batchSize) {
      let range = start..<min(start + batchSize, count)
      bytes += ImageGrid.bytes(of: withoutGradients { decode(range) })
      try progress(range.upperBound)
    }
    return ImageSet(name, try PackedImages(shape: shape, bytes: bytes, labels: nil, classNames: nil))
  }
}

extension ImageSet {
  /// The JPEG and PNG images of a folder or an archive, which must be of one size.
  ///
  /// - Parameters:
  ///   - path: The folder or archive.
  ///   - size: Crops to the middle square and resizes to this; `nil` takes images as they are.
  ///   - channels: 3 for colour, 1 for grey.
  /// - Throws: `DataError`, `ConfigurationError`.
  public init(
    path: String, size: Int? = nil, channels: Int = 3, catalog: DatasetCatalog,
    cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping @Sendable (_ done: Int, _ total: Int?, _ what: String) -> Void = { _, _, _ in }
  ) throws {
    let settings = ConfigurationValue.object([
      .init("path", .string(path)), .init("size", size.map { .integer($0) } ?? .null),
      .init("channels", .integer(channels)),
    ])
    let dataset = try catalog.entry(named: ImageFiles.name).make(settings, "dataset", ())
    self.init(
      path, try dataset.load(in: DataSource.loadContext(cacheFolder: cacheFolder, progress: progress)))
  }
}
