import Datasets
import Extractors
import Foundation
import MoCAProtocols
import Runner

/// Where the weights of extractors are kept: `weights/` in the cache.
public struct WeightStore: Sendable {
  /// The folder of downloaded weights.
  public let folder: URL

  /// The store of a cache folder.
  public init(cacheFolder: URL = DataSource.defaultCacheFolder) {
    folder = cacheFolder.appendingPathComponent("weights", isDirectory: true)
  }

  /// Where downloaded weights are or would be.
  public func url(of weights: PublishedWeights) -> URL { folder.appendingPathComponent(weights.fileName) }

  /// Whether an extractor can be used without a file from the user.
  public func hasWeights(for type: any ExtractorPlugin.Type) -> Bool {
    switch type.weights {
    case .published(let weights): FileManager.default.fileExists(atPath: url(of: weights).path)
    case .shipped(let name): (try? ShippedWeights.url(named: name)) != nil
    case .given: false
    case .computed: true
    }
  }

  /// An extractor's weights: the user's file, the shipped or the downloaded one.
  ///
  /// - Throws: ``EvaluationError/weightsMissing(extractor:score:file:place:)``,
  ///   ``EvaluationError/weightsNotGiven(extractor:)``, `WeightError`, `ConfigurationError` for a file that is
  ///   not wanted.
  func weights(for type: any ExtractorPlugin.Type, given: URL?) throws -> WeightFile {
    if case .computed = type.weights {
      guard let given else { return .computed }
      throw ConfigurationError.incompatible(
        "the extractor \"\(type.name)\" takes no file of weights, found \(given.path): its weights follow from its "
          + "settings; name no file for it")
    }
    return try WeightFile(file(for: type, given: given))
  }

  private func file(for type: any ExtractorPlugin.Type, given: URL?) throws -> URL {
    if let given { return given }
    switch type.weights {
    case .shipped(let name): return try ShippedWeights.url(named: name)
    case .given, .computed: throw EvaluationError.weightsNotGiven(extractor: type.name)
    case .published(let weights):
      if hasWeights(for: type) { return url(of: weights) }
      throw EvaluationError.weightsMissing(
        extractor: type.name, score: type.featureNames.frechet, file: weights.fileName, place: folder.path)
    }
  }

  /// Fetches published weights, unless they are here and sound.
  ///
  /// The file's digest is checked where one is published, and the network is built from it before it gets its name: a
  /// file that does not fit is never there.
  ///
  /// - Throws: `DataError`, `WeightError`, `CancellationError`.
  public func download(
    _ weights: PublishedWeights, inspect: (WeightFile) throws -> Void, isCancelled: () -> Bool = { false },
    progress: @escaping ProgressHandler
  ) throws -> (url: URL, isNew: Bool) {
    let url = url(of: weights)
    let download = Download(
      address: weights.address, digest: .sha256(prefix: weights.digestPrefix ?? ""))
    if FileManager.default.fileExists(atPath: url.path) {
      do {
        try download.check(url.path)
        try inspect(WeightFile(url))
        return (url, false)
      } catch {
        unlink(url.path)  // It was damaged since.
      }
    }
    try download.fetch(
      to: url, inspect: { try inspect(WeightFile($0)) }, isCancelled: isCancelled,
      progress: { done, _, what in progress(done, weights.byteCount, what) })
    return (url, true)
  }
}
