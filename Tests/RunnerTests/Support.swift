import Backbones
import Datasets
import Extractors
import Foundation
import Metrics
import MoCAProtocols
import Optimizers
import Priors
import Regularizers
import Runner
import Scoring

extension Catalogs {
  /// The catalogs that the command line has.
  static let tested = Catalogs(
    DatasetCatalog.standard, EncoderCatalog.standard, DecoderCatalog.standard, PosteriorCatalog.standard,
    PriorCatalog.standard, RegularizerCatalog.standard, MemoryCatalog.standard, OptimizerCatalog.standard,
    SamplerCatalog.standard, ExtractorCatalog.standard, MetricCatalog.standard)
}

/// A folder that goes away with the test.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("moca-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  subscript(name: String) -> URL { url.appendingPathComponent(name) }
}

/// Overrides of a run that takes a moment: few small sprites, a narrow network, five steps.
let tinyOverrides = [
  "dataset.count=96", "dataset.size=28", "backbone=perceptron", "backbone.hidden=[16]", "latent.size=8",
  "memory.capacity=40", "training.batch=16", "training.steps=5", "record.metrics=2",
]

/// Resolves overrides over the tiny run's.
func tinyExperiment(_ overrides: String..., catalogs: Catalogs = .tested) throws -> Experiment {
  let layers = try (tinyOverrides + overrides).map { try Experiment.layer(override: $0) }
  return try Experiment(layers, catalogs: catalogs)
}

/// The root of the package.
let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// Real data beside the package, absent on some machines.
let sharedData = packageRoot.deletingLastPathComponent().appendingPathComponent("shared/data")
let hasSharedData = FileManager.default.fileExists(atPath: sharedData.path)
