import Datasets
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Scoring

/// The images of a run that are scored: held-out images as the noise floor, reconstructions of them, and samples.
final class ImageSubjects {
  private let evaluation: RunEvaluation
  private let data: DataSource
  private let scoring: ImageScoring

  /// Pictures that were written.
  private(set) var pictures: [String] = []
  private var scoringNotes: [String] = []

  /// What was left out, and why.
  var notes: [String] { scoringNotes + scoring.notes }
  var reference: ImageSet { scoring.reference }

  private lazy var training = ImageSet(
    "\(evaluation.datasetName), training images", data.images, indices: data.split.training)

  private var plan: EvaluationPlan { evaluation.plan }
  private var model: TrainedModel { evaluation.model }

  init(_ evaluation: RunEvaluation, data: DataSource) {
    self.evaluation = evaluation
    self.data = data
    let name = evaluation.datasetName
    let reference: ImageSet =
      switch evaluation.plan.reference {
      case .training: ImageSet("\(name), training images", data.images, indices: data.split.training)
      case .heldOut: ImageSet("\(name), held-out images", data.images, indices: data.split.heldOut)
      case .images(let set): set
      }
    scoring = ImageScoring(plan: evaluation.plan, reference: reference, progress: evaluation.progress)
  }

  func scores() throws -> [SubjectScores] {
    if reference.count == 0 {
      throw EvaluationError.notApplicable(
        score: "a comparison with \(reference.name)", reason: "there are none (dataset.holdout)")
    }
    let heldOut = ImageSet(
      "\(evaluation.datasetName), held-out images", data.images, indices: data.split.heldOut)
    var subjects: [SubjectScores] = []
    if heldOut.count > 0, plan.measuresImages(of: .heldOut), heldOut.digest != reference.digest {
      subjects.append(try noiseFloor(heldOut))
    }
    if heldOut.count == 0,
      let metric = plan.metrics.first(where: { $0.type.imageRoles == [.reconstructions] })
    {
      throw EvaluationError.notApplicable(
        score: metric.name, reason: "no images were held out from this run (dataset.holdout)")
    }
    if heldOut.count > 0, plan.measuresImages(of: .reconstructions) {
      subjects.append(try reconstructions(of: heldOut))
    }
    if plan.measuresImages(of: .priorSamples, .samples) || !plan.copyingMetrics.isEmpty {
      for choice in plan.samplers {
        if let scores = try samplesOrNote(of: choice, heldOut) { subjects.append(scores) }
      }
    }
    if plan.measuresImages(of: .reference), reference.digest != heldOut.digest {
      let card = MetricCard.images("reference", of: reference, seed: nil, isGenerated: false)
      let scores = try scoring.scores(of: reference, .reference, card: card)
      subjects.append(SubjectScores("reference", .reference, count: reference.count, scores: scores))
    }
    let counts = Set(subjects.filter { $0.role != .reference }.map(\.count))
    if counts.count > 1 {
      scoringNotes.append(
        "columns have different numbers of images, and Fréchet distances fall with the number: "
          + "\(counts.min() ?? 0) samples are comparable with the noise floor")
    }
    return subjects.filter { !$0.scores.isEmpty }
  }

  /// Samples in a picture of those that are nearest to training images.
  private static let pictureCount = 16

  /// What a perfect model would get: images that the model has not seen against the reference.
  private func noiseFloor(_ heldOut: ImageSet) throws -> SubjectScores {
    let set = heldOut.spread(to: plan.sampleCount)
    let card = MetricCard.images("held-out images", of: set, seed: plan.seed, isGenerated: false)
    let scores = try scoring.scores(of: set, .heldOut, card: card, isKept: true, isOptional: true)
    return SubjectScores("held-out", .heldOut, count: set.count, scores: scores)
  }

  private func reconstructions(of heldOut: ImageSet) throws -> SubjectScores {
    let originals = heldOut.spread(to: plan.sampleCount)
    // A squared error needs no features: where no extractor was named, a distance that cannot be had is a note.
    let isOptional = !plan.metrics.contains {
      $0.type.imageRoles == [.reconstructions] && $0.extractor != nil
    }
    let set = try ImageSet.generated(
      "reconstructions", count: originals.count, shape: originals.shape,
      progress: { evaluation.progress($0, originals.count, "reconstructing") },
      decode: { range in
        let batch = ImageBatch(shape: originals.shape, device: model.device)
        let indices = Array(originals.indices[range])
        return model.decode(model.model.encode(batch.tensor(gather(originals.images, indices: indices))))
      })
    var card = MetricCard.images(
      "reconstructions of held-out images", of: set, seed: nil, isGenerated: true)
    card.subjectDigest = originals.digest
    let scores = try scoring.scores(
      of: set, .reconstructions, originals: originals, card: card, isOptional: isOptional)
    return SubjectScores("reconstructions", .reconstructions, count: set.count, scores: scores)
  }

  private func samplesOrNote(
    of choice: EvaluationPlan.SamplerChoice, _ heldOut: ImageSet
  ) throws -> SubjectScores? {
    do {
      return try samples(of: choice, heldOut)
    } catch let error as SamplerError where choice.isOptional {
      scoringNotes.append("the sampler \(choice.name) was left out: \(error)")
    } catch let error as ConfigurationError where choice.isOptional {
      scoringNotes.append("the sampler \(choice.name) was left out: \(error)")
    }
    return nil
  }

  private func samples(of choice: EvaluationPlan.SamplerChoice, _ heldOut: ImageSet) throws -> SubjectScores {
    let sampler = try evaluation.fittedSampler(choice, data)
    // Draws have a stream of their own, so that they do not depend on how much a fit has drawn.
    let generator = evaluation.generator("samples")
    let count = plan.sampleCount
    let set = try ImageSet.generated(
      "samples of \(choice.name)", count: count, shape: model.imageShape,
      progress: { evaluation.progress($0, count, "sampling from \(choice.name)") },
      decode: { model.decode(sampler.sample($0.count, using: generator)) })
    let card = MetricCard.images(
      "samples", of: set, sampler: try evaluation.description(of: choice), seed: plan.seed, isGenerated: true)
    let role: SubjectRole = choice.isPrior ? .priorSamples : .samples
    var scores = try scoring.scores(of: set, role, card: card)
    for source in plan.sources {
      for metric in plan.copyingMetrics where plan.includes(metric, in: source) {
        try scoring.leavingOut(false, "\(type(of: metric).name) of \(set.name) in \(source.name)") {
          scores += try self.scores(metric, of: set, from: choice.name, heldOut: heldOut, source, card)
        }
      }
    }
    return SubjectScores(choice.name, role, count: set.count, scores: scores)
  }

  /// Samples against the images of the training, whatever the reference is, with held-out images as measure.
  private func scores(
    _ metric: any CopyingMetric, of set: ImageSet, from sampler: String, heldOut: ImageSet,
    _ source: FeatureSource, _ card: MetricCard
  ) throws -> [Score] {
    var complete = scoring.completed(card, source)
    (complete.reference, complete.referenceDigest, complete.referenceCount) =
      (training.name, training.digest, training.count)
    let comparison = CopyingComparison(
      samples: try scoring.features(of: set, in: source), training: try scoring.kept(training, in: source),
      heldOut: heldOut.count == 0 ? nil : try scoring.kept(heldOut, in: source),
      heldOutDescription: "\(heldOut.count) held-out images \(heldOut.digest)",
      suffix: source.names.suffix == nil ? nil : source.name, card: complete
    ) {
      self.evaluation.progress(Int($0 * 100), 100, "nearest training images")
    }
    let (scores, matches) = try metric.scores(of: comparison)
    let pairs = matches.prefix(Self.pictureCount)
    if !pairs.isEmpty {
      let grid = ImageGrid.pairs(
        of: set.images(at: pairs.map(\.sample)), and: training.images(at: pairs.map(\.training)), columns: 8)
      let name = "nearest-\(sampler)-\(source.name)-step-\(model.step).png"
      try grid.write(to: evaluation.run.folder.samplesURL.appendingPathComponent(name))
      pictures.append("samples/\(name)")
    }
    return scores
  }
}
