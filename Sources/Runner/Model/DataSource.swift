import Datasets
import Foundation
import MoCAProtocols

/// The images of an experiment, packed and split.
public struct DataSource: Sendable {
  /// All images.
  public let images: PackedImages
  /// Which images are trained on and which are held out.
  public let split: Split
  /// Whether training mirrors images at random.
  public let flips: Bool

  /// Loads the dataset of an experiment, from the cache where it was packed before.
  ///
  /// - Parameters:
  ///   - cacheFolder: Where packed images are kept.
  ///   - progress: Hears how far packing is.
  /// - Throws: `DataError`, `ConfigurationError`.
  public init(
    _ experiment: Experiment, catalogs: Catalogs, cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) throws {
    let dataset = try experiment.dataset.make(())
    images = try dataset.load(in: Self.loadContext(cacheFolder: cacheFolder, progress: progress))
    let configuration: any DatasetConfiguration = dataset.configuration
    let use = configuration.use
    flips = use.flips
    // The split belongs to the data: it is the same for every training seed of a comparison.
    split = Split(
      count: images.count, holdout: use.holdout, seed: UInt64(use.holdoutSeed))
  }

  /// How the batches of a training are made of them. Nothing is read yet.
  ///
  /// - Throws: `ConfigurationError` where a batch would hold more images than there are.
  package func batches(_ training: TrainingConfiguration) throws -> BatchRecipe {
    try BatchRecipe(
      images: images, indices: split.training, batchSize: training.batch, seed: UInt64(training.seed),
      flips: flips)
  }

  /// `$MOCA_CACHE`, else `$XDG_CACHE_HOME/moca`, else `~/.cache/moca`.
  public static var defaultCacheFolder: URL {
    let environment = ProcessInfo.processInfo.environment
    if let folder = environment["MOCA_CACHE"] { return URL(fileURLWithPath: folder, isDirectory: true) }
    let base =
      environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0, isDirectory: true) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache", isDirectory: true)
    return base.appendingPathComponent("moca", isDirectory: true)
  }

  /// What datasets are loaded with: the cache, and libtorch's antialiased resize.
  public static func loadContext(
    cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) -> LoadContext {
    LoadContext(cacheFolder: cacheFolder, resize: resize, progress: progress)
  }

  /// Resizes one 8-bit NHWC image with libtorch's antialiased bicubic kernel.
  @Sendable
  package static func resize(_ bytes: [UInt8], from: ImageShape, to: ImageShape) throws -> [UInt8] {
    let image = Tensor(bytes, shape: [1, from.height, from.width, from.channels]).permuted(0, 3, 1, 2)
    return image.resized(height: to.height, width: to.width).permuted(0, 2, 3, 1).contiguous()
      .values(as: UInt8.self)
  }
}
