import Datasets
import Evaluation
import Extractors
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Scoring
import Testing

@Suite("Evaluation")
struct EvaluationTests {
  @Test("metrics are found by name, alias and extractor; others are refused with the nearest")
  func metricNames() throws {
    let read = { (text: String) in
      try MetricChoice(text, metrics: .standard, extractors: ["inception", "cifar"])
    }
    let expected: [(String, any MetricPlugin.Type, String?)] = [
      ("fid", FrechetMetric.self, "inception"), ("fd-cifar", FrechetMetric.self, "cifar"),
      ("fid-infinity", FrechetInfinityMetric.self, "inception"), ("kid", KernelMetric.self, "inception"),
      ("rfid", ReconstructionMetric.self, "inception"),
      ("inception-score", InceptionScoreMetric.self, "inception"),
      ("precision-recall@cifar", PrecisionRecallMetric.self, "cifar"), ("latent", LatentMetric.self, nil),
      ("memorisation@cifar", MemorisationMetric.self, "cifar"), ("codes", ProbeMetric.self, nil),
    ]
    for (text, type, extractor) in expected {
      #expect(try read(text) == MetricChoice(type, extractor: extractor), "\(text)")
    }
    for wrong in [
      "fdi", "latent@cifar", "frechet@dinov2", "fd-inception", "inception-score@cifar", "sharpness@cifar", "",
    ] {
      #expect(throws: EvaluationError.self, "\(wrong)") { _ = try read(wrong) }
    }
    #expect(
      MetricChoice.names(.standard, ["inception", "cifar"]) == [
        "frechet", "frechet-infinity", "kernel", "sliced", "inception-score", "precision-recall",
        "density-coverage", "memorisation", "reconstruction", "sharpness", "latent", "prior-holes", "codes",
        "fd-cifar", "fid", "fid-infinity", "kid", "rfid",
      ])
  }

  @Test("two values with different cards are refused in one column, and the difference is named")
  func columns() throws {
    let first = score(1, seed: 0)
    #expect(try ScoreColumn([first, nil, score(2, seed: 0)]).scores.map { $0?.value } == [1, nil, 2])
    let error = #expect(throws: EvaluationError.self) { _ = try ScoreColumn([first, score(2, seed: 1)]) }
    #expect(error?.description.contains("seed: 0 and 1") == true)
    #expect(throws: EvaluationError.emptyColumn) { _ = try ScoreColumn([nil]) }
  }

  @Test("cards differ in every field that can decide a score")
  func cardFields() {
    let card = score(1, seed: 0).card
    let changes: [WritableKeyPath<MetricCard, String?>] = [
      \.extractor, \.weights, \.resize, \.sampler, \.reference, \.referenceDigest, \.imageShape,
      \.quantization,
      \.parameters,
    ]
    for path in changes {
      var other = card
      other[keyPath: path] = "other"
      #expect(other != card)
      #expect(card.differences(from: other).count == 1)
    }
  }

  @Test("a set against itself has distance 0, against another more, and the card names both")
  func folders() throws {
    let world = try World()
    let (light, dark) = (world.images(60, brightness: 200), world.images(50, brightness: 60))
    let same = try world.compare(light, light)
    let apart = try world.compare(dark, light)
    let (zero, far) = (try #require(same.value("FD-channels")), try #require(apart.value("FD-channels")))
    #expect(abs(zero) < 1e-6)
    #expect(far > 0.05)
    #expect(try #require(apart.value("MIND-channels")) > 0.05)
    #expect(same.value("MIND-channels") == 0)
    let card = try #require(apart.subjects[0].scores.first { $0.card.score == "FD-channels" }).card
    #expect(card.count == 50)
    #expect(card.referenceCount == 60)
    #expect(card.referenceDigest == light.digest)
    #expect(card.extractor == "channels gain=1.0")
    #expect(card.weights?.contains("sha256:") == true)
  }

  @Test("features of a reference are kept and used again; other weights or settings are not served by them")
  func cache() throws {
    let world = try World()
    let images = world.images(40, brightness: 120)
    _ = try world.compare(images, images)
    let kept = try world.cacheFiles()
    #expect(kept.count == 1)
    // A second comparison writes nothing: the file is as it was.
    let file = world.folder["features"].appendingPathComponent(kept[0])
    let before = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    _ = try world.compare(images, images)
    #expect(try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date == before)
    _ = try world.compare(images, images, settings: .object([.init("gain", .number(3))]))
    #expect(try world.cacheFiles().count == 2)
  }

  @Test("features that are not finite are an error, and nothing is kept of them")
  func notFinite() throws {
    let world = try World()
    let images = world.images(40, brightness: 120)
    let error = #expect(throws: EvaluationError.self) {
      _ = try world.compare(images, images, settings: .object([.init("gain", .number(1e60))]))
    }
    #expect(error?.description.contains("40 of 40") == true)
    #expect(try world.cacheFiles().isEmpty)
  }

  @Test("the same images under another name, and draws that were not needed, do not part two scores")
  func names() throws {
    let world = try World()
    let images = world.images(40, brightness: 120)
    let copy = world.images(40, brightness: 120, name: "a copy")
    let scores = try [(images, 0), (copy, 7)].map { reference, seed in
      try #require(
        world.compare(images, reference, seed: seed).subjects[0].scores.first {
          $0.card.score == "FD-channels"
        })
    }
    #expect(try ScoreColumn(scores).scores.count == 2)
  }

  @Test("a cache that was damaged is made anew")
  func damage() throws {
    let world = try World()
    let images = world.images(40, brightness: 120)
    let value = try world.compare(images, images).value("FD-channels")
    let file = world.folder["features"].appendingPathComponent(try #require(world.cacheFiles().first))
    var bytes = try Data(contentsOf: file)
    for index in bytes.indices.suffix(40) { bytes[index] ^= 0x41 }
    try bytes.write(to: file)
    #expect(try world.compare(images, images).value("FD-channels") == value)
  }

  @Test("a single image is refused, and images that are all the same")
  func degenerate() throws {
    let world = try World()
    let (one, more) = (world.images(1, brightness: 100), world.images(40, brightness: 100))
    let types: [any MetricPlugin.Type] = [
      FrechetMetric.self, KernelMetric.self, PrecisionRecallMetric.self,
    ]
    for type in types {
      #expect(throws: (any Error).self, "\(type)") {
        _ = try world.compare(one, more, metrics: [MetricChoice(type)], allowsFew: true)
      }
    }
    let folder = try TemporaryFolder()
    let image = ImageGrid(.full([1, 3, 8, 8], 0.5), columns: 1, gap: 0, magnification: 1)
    for index in 0..<3 { try image.write(to: folder["\(index).png"]) }
    let error = #expect(throws: EvaluationError.self) {
      _ = try ImageSet(path: folder.url.path, cacheFolder: world.folder["packed"])
    }
    #expect(error == .constant(path: folder.url.path, count: 3))
  }

  @Test("too few images are refused with the number needed where the score was asked for, else noted")
  func tooFew() throws {
    let world = try World()
    let images = world.images(3, brightness: 120)
    let all = try world.compare(images, images)
    #expect(all.notes.contains { $0.contains("needs at least") })
    #expect(throws: (any Error).self) {
      _ = try world.compare(images, images, metrics: [MetricChoice(FrechetMetric.self)])
    }
    #expect(
      try world.compare(images, images, metrics: [MetricChoice(FrechetMetric.self)], allowsFew: true).value(
        "FD-channels")
        != nil)
  }

  @Test("weights that are not here are named with the place where they would be")
  func missingWeights() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvaluationError.self) {
      _ = try FeatureSource(
        "inception", catalog: .standard, store: WeightStore(cacheFolder: folder.url), device: .cpu)
    }
    let place = folder["weights"].path
    #expect(error?.description.hasSuffix(", which are not in \(place); fetch them") == true)
    #expect(throws: EvaluationError.weightsNotGiven(extractor: "classifier")) {
      _ = try FeatureSource("classifier", catalog: .standard, device: .cpu)
    }
  }

  @Test("an extractor without weights needs no file and takes none")
  func computedWeights() throws {
    let folder = try TemporaryFolder()
    let catalog = ExtractorCatalog().adding(MeanValue.self)
    let store = WeightStore(cacheFolder: folder.url)
    #expect(store.hasWeights(for: MeanValue.self))
    let source = try FeatureSource("mean-value", catalog: catalog, store: store, device: .cpu)
    #expect(source.weights == "computed from the settings" && source.featureCount == 1)
    let error = #expect(throws: ConfigurationError.self) {
      _ = try FeatureSource(
        "mean-value", weights: folder["w.pth"], catalog: catalog, store: store, device: .cpu)
    }
    #expect(
      error?.description
        == "the extractor \"mean-value\" takes no file of weights, found \(folder["w.pth"].path): "
        + "its weights follow from its settings; name no file for it")
  }

  @Test("a run is scored by samplers, reconstructions, a noise floor and codes, and writes what it prints")
  func run() throws {
    let world = try World()
    let model = try world.train(["dataset.count=320", "dataset.holdout=0.4"])
    var plan = try EvaluationPlan(.standard)
    plan.sources = [try world.source()]
    plan.samplers.append(.init(name: "gmm", settings: .object([.init("components", .integer(2))])))
    plan.sampleCount = 60
    let evaluation = try model.evaluate(plan)
    #expect(
      evaluation.subjects.map(\.subject) == [
        "held-out", "reconstructions", "prior", "gmm", "reference", "codes against the prior",
        "the prior, decoded and encoded again", "codes and labels",
      ])
    #expect(evaluation["prior"]?.count == 60)
    for subject in ["held-out", "prior", "gmm"] {
      let value = evaluation[subject]?.scores.first { $0.card.score == "FD-channels" }?.value
      #expect(try #require(value, "\(subject)") >= 0)
    }
    #expect(evaluation["reconstructions"]?.scores.contains { $0.card.score == "rFD-channels" } == true)
    let latent = try #require(evaluation["codes against the prior"])
    #expect(latent.scores.allSatisfy { ($0.null?.probability).map { $0 > 0 && $0 <= 1 } ?? false })
    #expect(evaluation["gmm"]?.scores[0].card.sampler?.contains("components=2") == true)
    let url = try evaluation.write(to: model.run.folder)
    let file = try Data(contentsOf: url)
    #expect(
      try JSONDecoder().decode(Evaluation.self, from: file).subjects.map(\.role)
        == evaluation.subjects.map(\.role))
    try expectTypes(file)
    // The same measurement gives the same numbers under the same name.
    let again = try model.evaluate(plan)
    #expect(try again.write(to: model.run.folder) == url)
    #expect(try again.json() == evaluation.json())
  }

  @Test("a metric that was asked for and does not apply is an error, not a note")
  func notApplicable() throws {
    let world = try World()
    let model = try world.train(["dataset.holdout=0"])
    let types: [any MetricPlugin.Type] = [LatentMetric.self, ProbeMetric.self, PriorHolesMetric.self]
    for type in types + [ReconstructionMetric.self] {
      var plan = try EvaluationPlan(.standard)
      plan.metrics = [MetricChoice(type)]
      #expect(throws: EvaluationError.self, "\(type)") { _ = try model.evaluate(plan) }
    }
    let images = world.images(20, brightness: 100)
    #expect(throws: EvaluationError.self) {
      _ = try world.compare(images, images, metrics: [MetricChoice(LatentMetric.self)])
    }
  }

  @Test("a metric from outside is one type and one line: its name, settings and order are its own")
  func outsideMetric() throws {
    let world = try World()
    let catalog = MetricCatalog.standard.adding(Brightness.self)
    let choice = try MetricChoice("brightness", metrics: catalog, extractors: [])
    #expect(choice == MetricChoice(Brightness.self))
    var plan = try EvaluationPlan(
      catalog, settings: ["brightness": .object([.init("scale", .number(2))])])
    plan.metrics = [choice]
    let images = world.images(20, brightness: 120)
    let evaluation = try ImageEvaluation(plan: plan).compare(images, with: images)
    let score = try #require(evaluation.subjects.first?.scores.first)
    #expect(score.order == .nearer(to: 1) && score.unit == "grey" && score.card.parameters == "scale 2.0")
    #expect(evaluation.subjects.map(\.role) == [.images, .reference])
    #expect(throws: ConfigurationError.self) {
      _ = try EvaluationPlan(catalog, settings: ["brightness": .object([.init("scale", .number(-1))])])
    }
  }

  /// Every score of a file says its order, unit and kind, every subject its role, and null values stay where they were.
  private func expectTypes(_ file: Data) throws {
    let tree = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    let subjects = try #require(tree["subjects"] as? [[String: Any]])
    for subject in subjects {
      #expect((subject["role"] as? String).flatMap(SubjectRole.init) != nil)
      for score in try #require(subject["scores"] as? [[String: Any]]) {
        for key in ["order", "unit", "kind"] { #expect(score[key] is String, "\(key) of \(score)") }
      }
    }
    let latent = try #require(subjects.first { $0["subject"] as? String == "codes against the prior" })
    let details = try #require((latent["scores"] as? [[String: Any]])?.first?["details"] as? [String: Double])
    #expect(details["nullMedian"] != nil && details["nullUpper"] != nil && details["probability"] != nil)
  }

  private func score(_ value: Double, seed: Int) -> Score {
    Score(
      value, .lower, unit: nil,
      card: MetricCard(
        score: "FID", subject: "samples", count: 10, arithmetic: "float64", seed: seed, version: "1"))
  }
}

/// Images, an extractor whose features can be computed by hand, and runs.
private struct World {
  let folder: TemporaryFolder
  private let weights: URL

  init() throws {
    folder = try TemporaryFolder()
    weights = folder["weights.safetensors"]
    try Safetensors.write([Tensor.ones([3]).record(named: "scale")], to: weights)
  }

  func images(_ count: Int, brightness: Int, name: String = "images") -> ImageSet {
    let shape = ImageShape(channels: 3, height: 4, width: 4)
    var state = UInt64(brightness)
    let bytes = (0..<count * shape.valueCount).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(brightness - 50 + Int(state >> 33) % 100)
    }
    guard let packed = try? PackedImages(shape: shape, bytes: bytes, labels: nil, classNames: nil) else {
      fatalError("bytes that do not fit their shape")
    }
    return ImageSet(name, packed)
  }

  func source(_ settings: ConfigurationValue = .empty) throws -> FeatureSource {
    try FeatureSource(
      "channels", settings: settings, weights: weights,
      catalog: ExtractorCatalog().adding(Channels.self),
      store: WeightStore(cacheFolder: folder.url), cacheFolder: folder.url, device: .cpu, batchSize: 16)
  }

  func compare(
    _ generated: ImageSet, _ reference: ImageSet, settings: ConfigurationValue = .empty,
    metrics: [MetricChoice] = [],
    allowsFew: Bool = false, seed: Int = 0
  ) throws -> Evaluation {
    var plan = try EvaluationPlan(.standard)
    plan.seed = seed
    plan.metrics = metrics
    plan.allowsFew = allowsFew
    plan.sources = [try source(settings)]
    return try ImageEvaluation(plan: plan).compare(generated, with: reference)
  }

  func cacheFiles() throws -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder["features"].path)) ?? []
  }

  /// A run with those overrides over the tiny one's, ready to be scored.
  func train(_ overrides: [String]) throws -> Scored {
    let layers = try (tinyOverrides + overrides).map { try Experiment.layer(override: $0) }
    var options = Trainer.Options(folder: folder["run"])
    options.cacheFolder = folder["cache"]
    _ = try Trainer(try Experiment(layers, catalogs: .tested), catalogs: .tested, options: options).run()
    return Scored(run: try StoredRun(RunFolder(opening: folder["run"])), cacheFolder: folder["cache"])
  }

  struct Scored {
    let run: StoredRun
    let cacheFolder: URL

    func evaluate(_ plan: EvaluationPlan) throws -> Evaluation {
      let model = try TrainedModel(run, catalogs: .tested)
      return try RunEvaluation(
        run: run, model: model, catalogs: .tested, plan: plan, cacheFolder: cacheFolder
      )
      .evaluate()
    }
  }
}

extension Evaluation {
  fileprivate func value(_ score: String) -> Double? {
    subjects.flatMap(\.scores).first { $0.card.score == score }?.value
  }
}

/// The mean value of images.
private struct Brightness: ImageMetric {
  static let name = "brightness"
  static let summary = "the mean value of images"
  static let reference = Citation.project

  struct Configuration: PluginConfiguration {
    @Setting("multiplies values", .above(0)) var scale = 1.0
    init() {}
  }

  let scale: Double

  init(_ configuration: Configuration) { scale = configuration.scale }

  func scores(of images: ScoredImages) throws -> [Score] {
    let mean = images.mean(batch: 8) {
      (images[$0].to(dtype: .float64) / 255).mean(along: 1, 2, 3).sum().item
    }
    let card = images.card("brightness", "scale \(scale)", arithmetic: "float64")
    return [Score(mean * scale, .nearer(to: 1), unit: "grey", card: card)]
  }
}

/// The mean of each channel.
private final class Channels: ExtractorPlugin {
  static let name = "channels"
  static let summary = "the mean of each channel"
  static let reference = Citation.project
  static let featureNames = FeatureNames(network: "channels")
  static let weights = WeightSource.given

  struct Configuration: PluginConfiguration {
    @Setting("multiplies the features", .above(0)) var gain = 1.0
    init() {}
  }

  let requiredShape: ImageShape? = nil
  let featureCount = 3
  let resize = "none"
  @Parameter var scale: Tensor
  private let gain: Double

  init(_ configuration: Configuration, weights file: WeightFile) throws {
    gain = configuration.gain
    scale = .zeros([3])
    try file.restore(self)
  }

  func features(of images: Tensor) -> ImageFeatures {
    let means = images.to(dtype: .float32).mean(along: 2, 3) / 255
    return ImageFeatures(features: means.expanded(to: [means.shape[0], 3]) * scale * gain)
  }
}

/// The mean of all values: no weights.
private final class MeanValue: ComputedExtractor {
  typealias Configuration = NoSettings

  static let name = "mean-value"
  static let summary = "the mean of all values"
  static let reference = Citation.project
  static let featureNames = FeatureNames(network: "mean-value")

  let requiredShape: ImageShape? = nil
  let featureCount = 1
  let resize = "none"

  init(_ configuration: NoSettings) {}

  func features(of images: Tensor) -> ImageFeatures {
    ImageFeatures(
      features: images.to(dtype: .float32).flattened(from: 1).mean(along: 1, keepsDimensions: true))
  }
}
