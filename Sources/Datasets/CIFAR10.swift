import Foundation
import PluginKit

/// 60,000 photographs of 10 classes, 32×32, colour, from the original binary batches.
///
/// A batch has 10,000 records of one label byte and 3072 values: 1024 red, 1024 green, 1024 blue, row by row.
public struct CIFAR10: Dataset {
  public struct Configuration: DatasetConfiguration {
    @Setting("cifar-10-binary.tar.gz, or the folder of data_batch_1.bin … and test_batch.bin")
    public var path: String? = nil
    @Setting("fetch the archive (162 MB) into the cache where path is null") public var download = false
    @Setting("which batches") public var split = Subset.train
    @Setting("use the first so many images; null for all", .atLeast(1)) public var count: Int? = nil
    public var use = TrainingUse()
    public init() {}
  }

  public static let name = "cifar10"
  public static let summary = "photographs of 10 classes, 32×32 colour, from the original binary batches"
  public static let reference = Citation(
    "Krizhevsky: Learning multiple layers of features from tiny images, 2009",
    url: "https://www.cs.toronto.edu/~kriz/cifar.html")

  /// The archive at the dataset's home, with the MD5 that is published there.
  static let archive = Download(
    address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    digest: .md5("c32a1d4ab5d03f1284b67883e8d87530"))
  static let shape = ImageShape(channels: 3, height: 32, width: 32)
  static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  public let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public var knownShape: ImageShape? { Self.shape }

  public func load(in context: LoadContext) throws -> PackedImages {
    let path = try locate(in: context)
    guard let status = FileStatus(path: path) else {
      throw DataError.missing(path: path, advice: Self.advice)
    }
    let batches = CIFARBatches(path: path, isFolder: status.isFolder, names: batchNames)
    var source = SourceIdentity()
    for file in try batches.files() { try source.add(file: file) }
    return try context.cache.images(
      dataset: "cifar10/1", configuration: configuration, source: source
    ) { writer in
      try pack(batches, into: writer, progress: context.progress)
    }
  }

  static let advice =
    "set dataset.path to cifar-10-binary.tar.gz or the folder of its .bin files, "
    + "or dataset.download=true to fetch it from \(archive.address)"

  private var batchNames: [String] {
    let train = (1...5).map { "data_batch_\($0).bin" }
    return switch configuration.split {
    case .train: train
    case .test: ["test_batch.bin"]
    case .all: train + ["test_batch.bin"]
    }
  }

  private func locate(in context: LoadContext) throws -> String {
    if let path = configuration.path { return path }
    let file = context.cacheFolder.appendingPathComponent("cifar-10-binary.tar.gz")
    if FileStatus(path: file.path) == nil {
      guard configuration.download else { throw DataError.needsPath(dataset: Self.name, advice: Self.advice) }
      try Self.archive.fetch(to: file, progress: context.progress)
    }
    return file.path
  }

  private func pack(
    _ batches: CIFARBatches, into writer: PackedWriter, progress: ProgressHandler
  ) throws -> PackedImages {
    var labels: [Int] = []
    let total = batchNames.count * CIFARBatches.recordCount
    let limit = min(configuration.count ?? total, total)
    for batch in try batches.read() where labels.count < limit {
      let kept = min(CIFARBatches.recordCount, limit - labels.count)
      var pixels: [UInt8] = []
      pixels.reserveCapacity(kept * Self.shape.valueCount)
      for start in stride(from: 0, to: kept * CIFARBatches.recordSize, by: CIFARBatches.recordSize) {
        let label = Int(batch.bytes[start])
        guard label < Self.classNames.count else {
          throw DataError.corrupt(
            path: batch.name,
            reason: "record \(start / CIFARBatches.recordSize) has the label \(label), expected 0...9")
        }
        labels.append(label)
        let record = batch.bytes[(start + 1)..<(start + CIFARBatches.recordSize)]
        pixels += ImagePixels.interleaved(record, channels: 3)
      }
      try writer.append(pixels)
      progress(labels.count, limit, "reading CIFAR-10")
    }
    return try writer.finish(shape: Self.shape, labels: labels, classNames: Self.classNames)
  }
}
