import Files
import Foundation
import MoCAProtocols

/// What `run.yaml` of a run says.
public struct StoredRun: Sendable {
  /// The run's folder.
  public let folder: RunFolder
  /// The resolved configuration.
  public private(set) var configuration: ConfigurationValue
  /// Digests, versions, machine.
  public let record: RunRecord?

  /// Reads a run.
  ///
  /// - Throws: `StorageError`; `ConfigurationError` where `run.yaml` cannot be read.
  public init(_ folder: RunFolder) throws {
    self.folder = folder
    let text: String
    do {
      text = try String(contentsOf: folder.configurationURL, encoding: .utf8)
    } catch {
      throw StorageError.disk(path: folder.configurationURL.path, reason: error.localizedDescription)
    }
    let file = try ConfigurationValue(yaml: text)
    record = RunRecord(in: file)
    var configuration = file
    configuration[RunRecord.key] = nil
    self.configuration = configuration
  }

  /// The seed of its training.
  package var seed: Int? { configuration["training"]?["seed"]?.int }

  /// The same run with other settings of its dataset, as for images that have moved.
  public func withDataset(_ layer: ConfigurationValue) -> StoredRun {
    var run = self
    run.configuration["dataset"] = (configuration["dataset"] ?? .empty).merged(with: layer)
    return run
  }

  /// The configuration, decoded and checked.
  public func experiment(_ catalogs: Catalogs) throws -> Experiment {
    try Experiment([configuration], catalogs: catalogs)
  }
}
