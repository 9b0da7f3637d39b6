import Datasets
import Foundation
import MoCAProtocols
import Runner

/// What a trained run shows: samples, reconstructions, interpolations, and its codes beside the prior.
public struct RunPictures {
  /// Decoded draws of the prior. Runs of one prior and one latent size show the same draws.
  public var samples: [Thumbnail] = []
  /// Held-out images, the same for all runs of a dataset and its split.
  public var originals: [Thumbnail] = []
  /// The same images, encoded and decoded.
  public var reconstructions: [Thumbnail] = []
  /// Paths between the codes of two of these images, one for each pair of ``PictureGallery/pairs``.
  public var interpolations: [[Thumbnail]] = []
  /// Codes of held-out images beside the prior.
  public var view: CodeView?
  /// What the codes of one figure have in common: the prior with its settings, and the latent's size.
  public var prior = ""
  /// The images of one figure: dataset and split.
  public var data: String?
  /// Steps that the weights have behind them.
  public var step = 0
  /// What could not be shown, and why.
  public var notes: [String] = []
}

/// Makes the pictures of runs, one model in memory at a time; images are read once.
public final class PictureGallery {
  /// Images in a row.
  public let columns: Int
  /// The longest side of a picture; larger images are made smaller.
  public let limit: Int
  /// Settings of the dataset that stand over those of the runs, as for images that have moved.
  public let dataset: ConfigurationValue
  private let catalogs: Catalogs
  private let device: Device
  private let cacheFolder: URL
  private let progress: ProgressHandler
  private var sources: [String: Result<DataSource, any Error>] = [:]

  /// Codes that a view takes, at most, of images of 32 × 32 pixels; fewer of larger ones.
  static let codeLimit = 1_000

  /// Prepares; nothing is read yet.
  public init(
    columns: Int, limit: Int, dataset: ConfigurationValue = .empty, catalogs: Catalogs, device: Device = .cpu,
    cacheFolder: URL = DataSource.defaultCacheFolder,
    progress: @escaping ProgressHandler = { _, _, _ in }
  ) {
    self.columns = columns
    self.limit = limit
    self.dataset = dataset
    self.catalogs = catalogs
    self.device = device
    self.cacheFolder = cacheFolder
    self.progress = progress
  }

  /// Which images of a row interpolations lead between.
  public var pairs: [(start: Int, end: Int)] {
    columns < 4 ? [] : [(0, columns / 2), (columns / 4, 3 * columns / 4)]
  }

  /// The pictures of a run's latest checkpoint. What cannot be shown is left out, with a note.
  ///
  /// - Throws: What reading the run's networks throws.
  public func pictures(of run: StoredRun) throws -> RunPictures {
    let run = run.withDataset(dataset)
    let model = try TrainedModel(run, catalogs: catalogs, device: device)
    var pictures = RunPictures()
    pictures.step = model.step
    let choice = model.experiment.prior
    let isOwn = model.model.prior is any EncoderBoundPrior
    pictures.prior =
      RunEvaluation.words(choice.name, choice.settings) + ", \(model.model.prior.latentSize) dimensions"
      + (isOwn ? ", of \(run.folder.url.lastPathComponent)" : "")
    try withoutGradients {
      let codes = model.model.prior.sample(columns, using: model.generator(seed: 0))
      let images = model.decode(codes)
      guard images.isFinite.all().item != 0 else {
        pictures.notes.append("the networks give values that are not finite; it has no pictures")
        return
      }
      pictures.samples = try Thumbnail.encode(images, limit: limit)
      do {
        try addHeldOut(source(of: model, run), model, to: &pictures)
      } catch {
        pictures.notes.append("reconstructions and views of codes are left out: \(error)")
      }
    }
    return pictures
  }

  private func addHeldOut(_ data: DataSource, _ model: TrainedModel, to pictures: inout RunPictures) throws {
    let isHeldOut = !data.split.heldOut.isEmpty
    if !isHeldOut { pictures.notes.append("no images were held out: those shown were trained on") }
    let pool = isHeldOut ? data.split.heldOut : data.split.training
    let shown = Split.spread(pool, limit: columns)
    pictures.data = data.images.digest(of: shown)
    let (originals, reconstructions) = model.reconstruct(data.images, indices: shown)
    pictures.originals = try Thumbnail.encode(originals, limit: limit)
    pictures.reconstructions = try Thumbnail.encode(reconstructions, limit: limit)
    if shown.count == columns {
      let codes = model.codes(of: data.images, indices: shown)
      pictures.interpolations = try pairs.map { pair in
        let ends = [pair.start, pair.end].map { codes.narrowed(along: 0, from: $0, count: 1) }
        return try Thumbnail.encode(
          model.interpolate(from: ends[0], to: ends[1], steps: columns), limit: limit)
      }
    }
    let viewed = Split.spread(pool, limit: Self.codeCount(data.images.shape))
    let generator = model.generator(seed: 0)
    // What should follow the prior are draws of the posterior.
    let codes = model.codes(of: data.images, indices: viewed, drawing: generator)
    guard viewed.count >= 8, codes.isFinite.all().item != 0 else {
      pictures.notes.append("its codes are too few or not finite; there is no view of them")
      return
    }
    pictures.view = CodeView(of: codes, against: model.model.prior, using: generator)
  }

  /// Larger images cost more to encode.
  private static func codeCount(_ shape: ImageShape) -> Int {
    min(codeLimit, max(200, codeLimit * 1024 / (shape.height * shape.width)))
  }

  /// The images of a run, read once for all runs that share them.
  private func source(of model: TrainedModel, _ run: StoredRun) throws -> DataSource {
    let key = model.experiment.dataset.settings.json
    let found =
      sources[key]
      ?? Result {
        try DataSource(model.experiment, catalogs: catalogs, cacheFolder: cacheFolder, progress: progress)
      }
    sources[key] = found
    let data = try found.get()
    if let expected = run.record?.dataDigest, expected != data.images.digest {
      throw EvaluationError.dataChanged(
        path: model.experiment.dataset.settings["path"]?.text ?? model.experiment.dataset.name)
    }
    return data
  }
}
