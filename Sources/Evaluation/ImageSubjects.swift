import Datasets
import Foundation
import Metrics
import MoCAProtocols
import Runner

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
    let scoresSamples = !sampleKinds.isEmpty || plan.includes(.memorisation)
    if heldOut.count > 0, !sampleKinds.isEmpty, heldOut.digest != reference.digest {
      subjects.append(try noiseFloor(heldOut))
    }
    if heldOut.count == 0, plan.metrics.contains(where: { $0.kind == .reconstruction }) {
      throw EvaluationError.notApplicable(
        score: "reconstruction", reason: "no images were held out from this run (dataset.holdout)")
    }
    if heldOut.count > 0, plan.includes(.reconstruction) || plan.includes(.sharpness) {
      subjects.append(try reconstructions(of: heldOut))
    }
    if scoresSamples {
      for choice in plan.samplers {
        if let scores = try samplesOrNote(of: choice, heldOut) { subjects.append(scores) }
      }
    }
    if plan.includes(.sharpness), reference.digest != heldOut.digest {
      let card = MetricCard.images("reference", of: reference, seed: nil, isGenerated: false)
      let scores = try scoring.scores(of: reference, kinds: [.sharpness], card: card)
      subjects.append(SubjectScores(subject: "reference", count: reference.count, scores: scores))
    }
    let counts = Set(subjects.filter { $0.subject != "reference" }.map(\.count))
    if counts.count > 1 {
      scoringNotes.append(
        "columns have different numbers of images, and Fréchet distances fall with the number: --samples "
          + "\(counts.min() ?? 0) makes them comparable with the noise floor")
    }
    return subjects.filter { !$0.scores.isEmpty }
  }

  /// Samples in a picture of those that are nearest to training images.
  private static let pictureCount = 16

  /// What is asked for of samples and of the noise floor.
  private var sampleKinds: [Metric.Kind] {
    Metric.Kind.allCases.filter { $0.isOfImages && plan.includes($0) }
  }

  /// What a perfect model would get: images that the model has not seen against the reference.
  private func noiseFloor(_ heldOut: ImageSet) throws -> SubjectScores {
    let set = heldOut.spread(to: plan.sampleCount)
    let card = MetricCard.images("held-out images", of: set, seed: plan.seed, isGenerated: false)
    let scores = try scoring.scores(
      of: set, kinds: sampleKinds, card: card, isKept: true,
      isOptional: true)
    return SubjectScores(subject: "held-out", count: set.count, scores: scores)
  }

  private func reconstructions(of heldOut: ImageSet) throws -> SubjectScores {
    let originals = heldOut.spread(to: plan.sampleCount)
    // A squared error needs no features: where no extractor was named, a distance that cannot be had is a note.
    let isOptional = !plan.metrics.contains { $0.kind == .reconstruction && $0.extractor != nil }
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
    var scores = try scoring.scores(
      of: set, kinds: [.reconstruction, .sharpness], card: card, isOptional: isOptional)
    if plan.includes(.reconstruction) { scores.insert(squaredError(of: set, originals, card), at: 0) }
    return SubjectScores(subject: "reconstructions", count: set.count, scores: scores)
  }

  /// Of the 8-bit images; the sum over an image in [0, 1], averaged over images: the common unit of λ.
  private func squaredError(of set: ImageSet, _ originals: ImageSet, _ card: MetricCard) -> Score {
    let sum = stride(from: 0, to: set.count, by: 500).reduce(0.0) { sum, start in
      let range = start..<min(start + 500, set.count)
      let difference =
        set.batch(range, on: .cpu).to(dtype: .float32) - originals.batch(range, on: .cpu).to(dtype: .float32)
      return sum + (difference / 255).squared().sum().item
    }
    var complete = card
    complete.score = "squared error"
    complete.arithmetic = "float32"
    complete.parameters = "sum over an image in [0, 1], mean over images"
    (complete.reference, complete.referenceDigest, complete.referenceCount) =
      (originals.name, originals.digest, originals.count)
    return Score(sum / Double(max(1, set.count)), card: complete)
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
    var scores = try scoring.scores(of: set, kinds: sampleKinds, card: card)
    for source in plan.sources where plan.includes(.memorisation, in: source) {
      try scoring.leavingOut(false, "memorisation of \(set.name) in \(source.name)") {
        scores += try memorisation(of: set, from: choice.name, heldOut: heldOut, source, card)
      }
    }
    return SubjectScores(subject: choice.name, count: set.count, scores: scores)
  }

  /// Samples against the images of the training, whatever the reference is, with held-out images as measure.
  private func memorisation(
    of set: ImageSet, from sampler: String, heldOut: ImageSet, _ source: FeatureSource, _ card: MetricCard
  ) throws -> [Score] {
    let made = try scoring.features(of: set, in: source)
    let known = try scoring.kept(training, in: source)
    let unseen = heldOut.count == 0 ? nil : try scoring.kept(heldOut, in: source).features
    let result = try Memorization(generated: made.features, training: known.features, heldOut: unseen) {
      self.evaluation.progress(Int($0 * 100), 100, "nearest training images")
    }
    let pairs = result.closest(Self.pictureCount)
    let grid = ImageGrid.pairs(
      of: set.images(at: pairs.map(\.generated)), and: training.images(at: pairs.map(\.training)), columns: 8)
    let name = "nearest-\(sampler)-\(source.name)-step-\(model.step).png"
    try grid.write(to: evaluation.run.folder.samplesURL.appendingPathComponent(name))
    pictures.append("samples/\(name)")
    var complete = scoring.completed(card, source)
    (complete.reference, complete.referenceDigest, complete.referenceCount) =
      (training.name, training.digest, training.count)
    complete.parameters = "nearest neighbours; \(heldOut.count) held-out images \(heldOut.digest)"
    func score(_ name: String, _ value: Double) -> Score {
      var card = complete
      card.score = source.distanceName == "FID" ? name : "\(name)-\(source.name)"
      return Score(value, card: card)
    }
    return [score("authentic", result.authenticShare)]
      + (result.copyingScore.map { [score("copying C_T", $0)] } ?? [])
      + (result.closerThanHeldOutShare.map { [score("closer than held-out", $0)] } ?? [])
  }
}
