import Datasets
import Foundation
import MoCAProtocols
import Runner

/// Tries what can be tried of a cell without training it. Images are loaded once for each dataset, networks are built
/// once for cells that differ in the seed only.
struct CellTrial {
  /// What is found out about a cell on the way.
  struct Facts {
    /// The digest of its images.
    let dataDigest: String
    /// Their shape.
    let imageShape: ImageShape
    /// How many are held out.
    let heldOutCount: Int
    /// Steps that it takes.
    let totalSteps: Int
    /// What a person may not have meant; said once for cells that differ in the seed only.
    let warnings: [String]
  }

  private let catalogs: Catalogs
  private let cacheFolder: URL
  private let progress: ProgressHandler
  private var sources: [String: DataSource] = [:]
  private var passed: Set<String> = []

  init(
    catalogs: Catalogs, cacheFolder: URL, progress: @escaping ProgressHandler
  ) {
    self.catalogs = catalogs
    self.cacheFolder = cacheFolder
    self.progress = progress
  }

  /// Checks a cell.
  ///
  /// - Throws: `ConfigurationError`, `DataError`.
  mutating func check(_ experiment: Experiment) throws -> Facts {
    try Trainer.check(experiment, catalogs: catalogs)
    let dataset = experiment.tree["dataset"]?.json ?? ""
    let source =
      try sources[dataset]
      ?? DataSource(experiment, catalogs: catalogs, cacheFolder: cacheFolder, progress: progress)
    sources[dataset] = source
    let training = experiment.training
    let images = source.images
    let batches = try source.batches(training).batchesPerEpoch
    let totalSteps = training.steps ?? training.epochs * batches
    var tree = experiment.tree
    tree[path: ["training", "seed"]] = nil
    var warnings: [String] = []
    if !passed.contains(tree.json) {
      let state = try TrainingState(
        experiment, catalogs: catalogs, imageShape: images.shape, totalSteps: totalSteps, device: .cpu)
      warnings = state.warnings(imageCount: source.split.training.count)
      passed.insert(tree.json)
    }
    return Facts(
      dataDigest: images.digest, imageShape: images.shape, heldOutCount: source.split.heldOut.count,
      totalSteps: totalSteps, warnings: warnings)
  }
}
