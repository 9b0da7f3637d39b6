import Foundation
import PluginKit

/// The settings that every dataset has.
public protocol DatasetConfiguration: PluginConfiguration {
  /// At most so many images, the first of the set; `nil` for all.
  var count: Int? { get }
  /// The share of the images that is held out from training.
  var holdout: Double { get }
  /// Decides which images are held out; the same for every seed of the training.
  var holdoutSeed: Int { get }
  /// Whether training mirrors images at random.
  var flips: Bool { get }
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

  var cache: PackedCache { PackedCache(folder: cacheFolder) }
}

/// Which part of a dataset that comes in two parts.
public enum Subset: String, CaseIterable, SettingValue {
  case train
  case test
  case all
}
