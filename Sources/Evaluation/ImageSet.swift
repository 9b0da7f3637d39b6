import Datasets
import Foundation
import MoCAProtocols
import Runner

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

  /// Whether all images are the same, where there are at least two.
  var isConstant: Bool {
    guard count > 1, let first = indices.first else { return false }
    let start = gather(images, indices: [first])
    return indices.allSatisfy { gather(images, indices: [$0]) == start }
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
      let images = withoutGradients { decode(range) }
      let sound = Int(images.isFinite.to(dtype: .float32).flattened(from: 1).minimum(along: 1).sum().item)
      if sound < range.count {  // They would become black.
        throw EvaluationError.notFinite(what: "images (\(name))", count: range.count - sound, of: range.count)
      }
      bytes += ImageGrid.bytes(of: images)
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
  /// - Throws: `DataError`, ``EvaluationError/mixedSizes(path:_:)``.
  public init(
    path: String, size: Int? = nil, channels: Int = 3, cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) throws {
    var configuration = ImageFiles.Configuration()
    configuration.path = path
    configuration.size = size
    configuration.channels = channels
    let context = DataSource.loadContext(cacheFolder: cacheFolder, progress: progress)
    do {
      self.init(path, try ImageFiles(configuration).load(in: context, requiresSquares: false))
    } catch DataError.missing(let path, _) {
      throw DataError.missing(path: path, advice: "name a folder or an archive of JPEG or PNG images")
    } catch DataError.mixedSizes(let first, let firstShape, let other, let otherShape) {
      throw EvaluationError.mixedSizes(path: path, "\(first) is \(firstShape), \(other) is \(otherShape)")
    }
    if isConstant { throw EvaluationError.constant(path: path, count: count) }
  }
}
