import Foundation
import PluginKit

/// The settings of a dataset: its own, and what training does with the images.
public protocol DatasetConfiguration: PluginConfiguration {
  /// What training does with the images, whatever they are.
  var use: TrainingUse { get }
}

/// What training does with the images of a set. It does not change them, so the cache does not ask for it.
public struct TrainingUse: SettingGroup {
  @Setting("share of the images held out from training", .within(0, below: 1)) public var holdout = 0.1
  @Setting("decides which images are held out, whatever the seed of the training", .atLeast(0))
  public var holdoutSeed = 0
  @Setting("mirror images at random while training") public var flips = false

  public init() {}
}

/// A source of images.
public protocol Dataset: Plugin, Sendable where Configuration: DatasetConfiguration {
  /// A dataset with its settings. Nothing is read yet.
  init(_ configuration: Configuration) throws
  var configuration: Configuration { get }
  /// The shape of what ``load(in:)`` returns, where it is known without reading.
  var knownShape: ImageShape? { get }
  /// The images, from the cache where they were packed before.
  ///
  /// - Throws: ``DataError``, or what the context's `resize` throws.
  func load(in context: LoadContext) throws -> PackedImages
}

/// What loading needs from outside.
public struct LoadContext: Sendable {
  /// Where packed images and downloads are kept; made where it is missing.
  public let cacheFolder: URL
  /// Resizes one 8-bit NHWC image; the caller does it, so that this module needs no tensor library. It is
  /// called from several threads at once.
  public let resize: @Sendable (_ bytes: [UInt8], _ from: ImageShape, _ to: ImageShape) throws -> [UInt8]
  /// Hears how far a long step is: done, of how many where that is known, and what is done.
  public let progress: ProgressHandler

  public init(
    cacheFolder: URL,
    resize: @escaping @Sendable (_ bytes: [UInt8], _ from: ImageShape, _ to: ImageShape) throws -> [UInt8],
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) {
    self.cacheFolder = cacheFolder
    self.resize = resize
    self.progress = progress
  }

  /// The packed images that are kept there.
  public var cache: PackedCache { PackedCache(folder: cacheFolder) }
}

/// Which part of a dataset that comes in two parts.
public enum Subset: String, CaseIterable, SettingValue {
  case train
  case test
  case all
}
