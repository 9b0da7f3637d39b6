import Foundation
import Metrics
import MoCAProtocols
import Scoring
import Testing

/// Every shipped metric on small made-up inputs.
@Suite("Metrics of the catalog")
struct MetricCatalogTests {
  private static let card = MetricCard(
    score: "", subject: "samples", count: 60, arithmetic: "float32", seed: 0, version: "1")

  private static func points(_ count: Int, _ size: Int, seed: UInt64) -> Tensor {
    .normal([count, size], using: Generator(seed: seed))
  }

  private static func features(_ count: Int, seed: UInt64) -> FeatureSet {
    FeatureSet(features: points(count, 4, seed: seed), logits: points(count, 10, seed: seed + 100))
  }

  private static func comparison(_ names: FeatureNames) throws -> FeatureComparison {
    let reference = features(70, seed: 2)
    return FeatureComparison(
      of: features(60, seed: 1), against: reference, try FeatureMoments(reference.features), names: names,
      card: card, seed: 0, allowsFew: true)
  }

  private static func images(seed: UInt64) -> (Range<Int>) -> Tensor {
    let images = (Tensor.normal([8, 3, 6, 6], using: Generator(seed: seed)).clamped(min: 0) * 40)
      .to(dtype: .uint8)
    return { images.narrowed(along: 0, from: $0.lowerBound, count: $0.count) }
  }

  private static func codes(_ metric: String, heldOutCount: Int = 120) throws -> ScoredCodes {
    let prior = try LatentFixture.prior("sphere", latentSize: 4)
    let codes = { (count: Int, seed: UInt64) in prior.sample(count, using: Generator(seed: seed)) }
    let labelled = { (count: Int, seed: UInt64) in
      try LabelledCodes(codes: codes(count, seed), labels: (0..<count).map { $0 % 3 })
    }
    let source = ScoredCodes.Source(
      metric: metric, dataset: "shapes", hasLabels: true, heldOutCount: heldOutCount,
      heldOut: { codes(heldOutCount, 3) }, labelled: { (try labelled(90, 4), try labelled(60, 5)) },
      trainingDigest: { "sha256:aa" }, card: card, seed: 0, device: .cpu)
    return ScoredCodes(prior: prior, decode: { $0 * 0.9 }, encode: prior.project, source: source)
  }

  /// What a metric gives of everything that it can be measured of.
  private static func scores(of metric: any MetricPlugin, names: FeatureNames) throws -> [Score] {
    var scores: [Score] = []
    if let metric = metric as? any ImageMetric {
      let originals = ScoredImages.Originals(name: "originals", digest: "sha256:bb", read: images(seed: 7))
      scores += try metric.scores(
        of: ScoredImages(count: 8, originals: originals, card: card, read: images(seed: 8)))
    }
    if let metric = metric as? any FeatureMetric { scores += try metric.scores(of: comparison(names)) }
    if let metric = metric as? any CopyingMetric {
      scores += try metric.scores(
        of: CopyingComparison(
          samples: features(60, seed: 1), training: features(70, seed: 2), heldOut: features(40, seed: 3),
          heldOutDescription: "40 held-out images", suffix: names.suffix, card: card)
      ).scores
    }
    if let metric = metric as? any CodeMetric {
      scores += try metric.scores(of: codes(type(of: metric).name)).scores
    }
    return scores
  }

  private static let inception = FeatureNames(
    frechet: "FID", kernel: "KID", suffix: nil, classes: "Inception score")

  @Test("every metric gives scores, and each says its unit, a name of its own and a finite value")
  func facts() throws {
    var names: [String] = []
    for entry in MetricCatalog.standard.entries {
      let scores = try Self.scores(of: entry.make(.empty, entry.name, ()), names: Self.inception)
      #expect(!scores.isEmpty, "\(entry.name)")
      for score in scores {
        #expect(score.unit?.isEmpty == false && score.value != nil, "\(score.card.score)")
        #expect((score.order == .nearerToNull) == (score.null?.lower != nil), "\(score.card.score)")
      }
      names += scores.map(\.card.score)
    }
    #expect(Set(names).count == names.count, "\(names)")
  }

  /// A score that comes into the catalog is in none of these lists: whoever adds it says here what it is.
  @Test("which scores are better large, near a value or in no order, and which a comparison shows first")
  func orders() throws {
    let scores = try MetricCatalog.standard.entries.flatMap { entry in
      try Self.scores(of: entry.make(.empty, entry.name, ()), names: Self.inception)
    }
    let names = { (isMeant: (Score) -> Bool) in Set(scores.filter(isMeant).map(\.card.score)) }
    #expect(
      names { $0.order == .higher } == [
        "Inception score", "precision", "recall", "density", "coverage", "k-nearest-neighbour accuracy",
        "linear-probe accuracy",
      ])
    #expect(
      names { $0.order == .none }
        == ["sharpness", "closer than held-out", "drift of draws", "drift of codes"])
    #expect(names { $0.order == .nearer(to: 0.5) } == ["authentic"])
    #expect(names { $0.order == .nearer(to: 0) } == ["copying C_T"])
    #expect(names { $0.order == .nearer(to: 1) } == ["drift ratio"])
    #expect(names { $0.order == .nearerToNull } == ["effectiveRank"])
    #expect(
      names { $0.order == .lower && $0.null == nil } == [
        "FID", "FID∞", "KID", "MIND", "rFID", "squared error",
      ]
    )
    #expect(names { $0.kind == .imageDistance } == ["FID", "rFID"])
    #expect(names { $0.kind == .reconstructionError } == ["squared error"])
    #expect(names { $0.kind == .codeDistance } == ["slicedWasserstein"])
  }

  @Test("scores in other features than Inception's carry the network's name")
  func names() throws {
    let metrics = try MetricCatalog.standard.entries.map { try $0.make(.empty, $0.name, ()) }
    let features = metrics.filter { type(of: $0).needsFeatures && !($0 is InceptionScoreMetric) }
    let names = try features.flatMap { try Self.scores(of: $0, names: FeatureNames(network: "cifar")) }
      .map(\.card.score)
    #expect(
      names.filter { $0 != "squared error" } == [
        "FD-cifar", "FD-cifar∞", "KD-cifar", "MIND-cifar", "precision-cifar", "recall-cifar",
        "density-cifar", "coverage-cifar", "authentic-cifar", "copying C_T-cifar",
        "closer than held-out-cifar", "rFD-cifar",
      ])
    let error = #expect(throws: MetricError.self) {
      _ = try Self.scores(of: InceptionScoreMetric(NoSettings()), names: FeatureNames(network: "cifar"))
    }
    #expect(error?.description.contains("--extractor inception") == true)
  }

  @Test("a card has a seed only where the score depends on draws")
  func seeds() throws {
    let comparison = try Self.comparison(Self.inception)
    #expect(try FrechetMetric(NoSettings()).scores(of: comparison)[0].card.seed == nil)
    #expect(try PrecisionRecallMetric(NoSettings()).scores(of: comparison)[0].card.seed == nil)
    #expect(try PrecisionRecallMetric(NoSettings()).scores(of: comparison)[0].card.referenceCount == 60)
    #expect(try SlicedMetric(NoSettings()).scores(of: comparison)[0].card.seed == 0)
  }

  @Test("metrics of codes say that nothing was held out")
  func nothingHeldOut() throws {
    for entry in MetricCatalog.standard.entries {
      guard let metric = try entry.make(.empty, entry.name, ()) as? any CodeMetric else { continue }
      let error = #expect(throws: MetricError.self, "\(entry.name)") {
        _ = try metric.scores(of: Self.codes(entry.name, heldOutCount: 0))
      }
      #expect(error?.description.hasPrefix("\(entry.name) does not apply: no images were held out") == true)
      #expect(type(of: metric).heldOutNeeded(latentSize: 4) > 0)
    }
  }
}
