import Datasets
import Files
import Foundation
import MoCAProtocols

/// A model read back from a run, ready to generate.
public final class TrainedModel {
  /// Which checkpoint of a run to read.
  public enum Selection: Sendable {
    case latest, best
    case step(Int)
  }

  /// The networks, in evaluation mode.
  public let model: Autoencoder
  /// The run's configuration.
  public let experiment: Experiment
  /// Where tensors live.
  public let device: Device
  /// The run's regularizer, without its state, where it alters the networks or corrupts images; else `nil`.
  public let regularizer: (any LatentRegularizer)?
  /// Steps that the weights have behind them.
  public let step: Int
  /// The checkpoint's file.
  public let checkpoint: URL
  /// The shape of the images.
  public let imageShape: ImageShape

  /// Reads the networks of a run; of optimizers, memory and regularizer nothing is read. Without a choice it is the newest
  /// checkpoint whose networks can be read.
  ///
  /// - Throws: `StorageError`, `CheckpointError`, `StateError`, `ConfigurationError`.
  public init(
    _ run: StoredRun, catalogs: Catalogs, selection: Selection = .latest, device: Device = .cpu
  ) throws {
    experiment = try run.experiment(catalogs)
    self.device = device
    guard let shape = run.record?.imageShape else {
      throw StorageError.missing(path: run.folder.configurationURL.path, what: "record of the image's shape")
    }
    imageShape = shape
    let builder = ModelBuilder(experiment: experiment)
    model = try builder.model(for: shape)
    regularizer = try builder.regularizerAfterTraining(altering: model, for: shape)
    let targets = model.namedTensors()
    let names = Set(targets.map(\.name))
    let checkpoints = try Self.checkpoints(of: run.folder, selection)
    guard let (found, content) = try StateFile.readFirst(of: checkpoints, where: names.contains) else {
      throw try Self.missingCheckpoint(in: run.folder)
    }
    var tensors: [String: Tensor] = [:]
    for record in content.records { tensors[record.name] = try Tensor(record) }
    try TorchNN.restore(targets, from: tensors)
    model.move(to: device)
    model.setTraining(false)
    step = found.step
    checkpoint = found.url
  }

  /// The checkpoints to try, of which the first that can be read is taken.
  private static func checkpoints(
    of folder: RunFolder, _ selection: Selection
  ) throws -> [RunFolder.Checkpoint] {
    let all = try folder.checkpoints()
    return switch selection {
    case .latest: all.reversed()
    case .best: [folder.best ?? all.last].compactMap(\.self)
    case .step(let step): all.filter { $0.step == step }
    }
  }

  private static func missingCheckpoint(in folder: RunFolder) throws -> StorageError {
    let steps = try folder.checkpoints().map { String($0.step) }.joined(separator: ", ")
    return .missing(
      path: folder.checkpointsURL.path,
      what: "checkpoint" + (steps.isEmpty ? "; the run has saved none yet" : " (there are steps \(steps))"))
  }
}

extension TrainedModel {
  /// What samplers are built from.
  public var samplerContext: SamplerContext { SamplerContext(model: model, regularizer: regularizer) }

  /// The random stream of pictures for a seed; the same for every run, so that codes are the same.
  public func generator(seed: Int) -> Generator {
    Generator(seed: RandomStreams.seed(of: .sampling, from: UInt64(seed)), device: device)
  }

  /// Decodes draws of a sampler.
  public func sample(_ count: Int, from sampler: any Sampler, seed: Int) -> Tensor {
    withoutGradients {
      let codes = sampler.sample(count, using: generator(seed: seed))
      return decode(codes)
    }
  }

  /// Encodes and decodes packed images, in the order of `indices`.
  public func reconstruct(_ images: PackedImages, indices: [Int]) -> (
    originals: Tensor, reconstructions: Tensor
  ) {
    withoutGradients {
      let batch = ImageBatch(shape: images.shape, device: device).tensor(gather(images, indices: indices))
      return (batch, decode(model.encode(batch)))
    }
  }

  /// The codes of packed images, `[count, latentSize]`: the most likely ones, or draws of the posterior where a
  /// generator is given.
  public func codes(
    of images: PackedImages, indices: [Int], drawing generator: Generator? = nil
  ) -> Tensor {
    let batches = ImageBatch(shape: images.shape, device: device)
    return withoutGradients {
      .concatenated(
        stride(from: 0, to: indices.count, by: 250).map { start in
          let part = Array(indices[start..<min(start + 250, indices.count)])
          let batch = batches.tensor(gather(images, indices: part))
          return generator.map { model.sampleCodes(of: batch, using: $0) } ?? model.encode(batch)
        })
    }
  }

  /// Decodes paths between codes: one row of `steps` images for each pair, `[pairs × steps, channels, h, w]`.
  public func interpolate(from start: Tensor, to end: Tensor, steps: Int) -> Tensor {
    withoutGradients {
      let points = (0..<steps).map { index in
        model.prior.interpolate(
          from: start, to: end, fraction: steps == 1 ? 0 : Double(index) / Double(steps - 1))
      }
      let path = Tensor.stacked(points, along: 1)  // [pairs, steps, latentSize]
      return decode(path.reshaped(-1, path.shape[2]))
    }
  }

  /// Decodes codes in parts, `[count, latentSize] → [count, channels, h, w]`.
  package func decode(_ codes: Tensor) -> Tensor {
    let parts = stride(from: 0, to: codes.shape[0], by: 250).map { start in
      model.decode(codes.narrowed(along: 0, from: start, count: min(250, codes.shape[0] - start)))
    }
    return .concatenated(parts)
  }
}
