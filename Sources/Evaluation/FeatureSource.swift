import Extractors
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Scoring

/// An extractor with its weights, and what a metric card says of them.
public final class FeatureSource {
  /// The plugin's name and settings, as in `inception precision=float32 resize=clean`.
  public let description: String
  /// The digest of the weights' file, or that they follow from the settings.
  public let weights: String
  /// What scores in its features are called.
  public let names: FeatureNames
  /// The plugin's name.
  public let name: String

  /// What went wrong without harm, as features that could not be kept.
  public private(set) var notes: [String] = []

  let network: any FeatureExtractor
  private let device: Device
  private let cache: FeatureCache
  private let batchSize: Int

  /// Builds the network.
  ///
  /// - Parameters:
  ///   - name: The extractor's name in the catalog.
  ///   - settings: Its settings.
  ///   - weights: A file to take instead of the shipped or downloaded one.
  /// - Throws: ``EvaluationError``, `WeightError`, `ConfigurationError`.
  public init(
    _ name: String, settings: ConfigurationValue = .empty, weights: URL? = nil, catalog: ExtractorCatalog,
    store: WeightStore = WeightStore(), cacheFolder: URL = DataSource.defaultCacheFolder, device: Device,
    batchSize: Int = 64
  ) throws {
    let entry = try catalog.entry(named: name)
    let resolved = try entry.resolve(settings, "extractor")
    let file = try store.weights(for: entry.type, given: weights)
    network = try entry.make(settings, "extractor", file)
    network.move(to: device)
    // On a GPU libtorch would round convolutions to 10 bits, and cards say float32.
    if device != .cpu { Runtime.setTF32(isAllowed: false) }
    self.name = name
    self.device = device
    self.batchSize = batchSize
    self.weights = file.digest
    names = entry.type.featureNames
    description = RunEvaluation.words(name, resolved)
    cache = FeatureCache(folder: cacheFolder.appendingPathComponent("features", isDirectory: true))
  }

  /// Where the network runs.
  var deviceName: String { "\(device)" }

  /// Number formats, as cards state them.
  var arithmetic: String {
    let network = description.contains("bfloat16") ? "bfloat16 network, " : ""
    return network + "float32 features, float64 scores"
  }

  /// The length of a feature vector.
  public var featureCount: Int { network.featureCount }

  /// Whether the network takes images of that shape.
  public func accepts(_ shape: ImageShape) -> Bool {
    network.requiredShape.map { $0 == shape } ?? (shape.channels == 1 || shape.channels == 3)
  }

  /// Why the network does not take images of that shape.
  public func refusal(of shape: ImageShape) -> EvaluationError {
    .wrongShape(
      extractor: name, needed: network.requiredShape.map { "\($0)" } ?? "1- or 3-channel", found: "\(shape)")
  }

  /// The features of images.
  ///
  /// - Parameters:
  ///   - isKept: Whether they are read from and written to the cache; for images that are not generated.
  ///   - needsLogits: Whether logits are wanted as well.
  /// - Throws: ``EvaluationError``.
  func features(
    of set: ImageSet, isKept: Bool, needsLogits: Bool, progress: ProgressHandler
  ) throws -> FeatureSet {
    if !accepts(set.shape) { throw refusal(of: set.shape) }
    let key = "\(description)\n\(weights)\n\(device)\n\(RunRecord.program)\n\(set.digest)"
    if isKept, let found = cache.features(for: key, on: device), found.count == set.count,
      found.logits != nil || !needsLogits
    {
      return try checked(found, of: set)
    }
    // Written in place: a list of parts and their concatenation would need twice the memory.
    let features = Tensor.zeros([set.count, network.featureCount], on: device)
    var logits: Tensor?
    for start in stride(from: 0, to: set.count, by: batchSize) {
      let end = min(start + batchSize, set.count)
      let made = withoutGradients { network.features(of: set.batch(start..<end, on: device)) }
      let rows = (Tensor.range(end - start) + Double(start)).to(dtype: .int64, on: device)
      features.replaceRows(at: rows, with: made.features)
      if let part = made.logits, needsLogits {
        let all = logits ?? .zeros([set.count, part.shape[1]], on: device)
        all.replaceRows(at: rows, with: part)
        logits = all
      }
      progress(end, set.count, "\(name): \(set.name)")
    }
    let made = try checked(FeatureSet(features: features, logits: logits), of: set)
    do {
      if isKept { try cache.keep(made, for: key) }
    } catch {
      notes = ["features were not kept for the next time: \(error)"]
    }
    return made
  }

  private func checked(_ made: FeatureSet, of set: ImageSet) throws -> FeatureSet {
    let broken = made.brokenRowCount
    if broken > 0 {
      throw EvaluationError.notFinite(what: "features (\(set.name))", count: broken, of: set.count)
    }
    return made
  }
}
