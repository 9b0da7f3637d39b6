import Metrics
import MoCAProtocols
import Testing

@Suite("The kernel distance")
struct KernelDistanceTests {
  private let generator = Generator(seed: 1)

  @Test("equals torch-fidelity's over the same subsets")
  func package() throws {
    let expected = try ImageScoreFixtures.read().kernel
    let subsets = try (
      ImageScoreFixtures.tensor("subsets.generated"), ImageScoreFixtures.tensor("subsets.reference")
    )
    let pairs = (0..<subsets.0.shape[0]).map {
      (generated: subsets.0.selected(along: 0, at: $0), reference: subsets.1.selected(along: 0, at: $0))
    }
    let found = try kernelDistance(
      ImageScoreFixtures.tensor("generated"), ImageScoreFixtures.tensor("reference"), subsets: pairs)
    #expect(relativeError(found.value, expected.mean) < 1e-10)
    #expect(relativeError(found.standardDeviation, expected.std) < 1e-10)
    #expect(relativeError(found.standardError, expected.std / 5.0.squareRoot()) < 1e-10)
    #expect(found.subsetCount == 6 && found.subsetSize == 100)
  }

  @Test("is unbiased: for equal distributions its mean is zero and it can be negative")
  func unbiased() throws {
    let values = try (0..<60).map { _ in
      try kernelDistance(
        Tensor.normal([40, 8], using: generator), Tensor.normal([40, 8], using: generator), subsetCount: 1,
        subsetSize: 40, using: generator
      ).value
    }
    let mean = values.reduce(0, +) / 60
    let deviation = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 59).squareRoot()
    #expect(abs(mean) < 3.5 * deviation / 60.0.squareRoot())
    #expect(values.contains { $0 < 0 })
  }

  @Test("the generator decides, and the same seed gives the same value")
  func seeds() throws {
    let first = Tensor.normal([60, 4], using: generator)
    let second = Tensor.normal([50, 4], using: generator) + 1
    func value(_ seed: UInt64) throws -> Double {
      try kernelDistance(first, second, subsetCount: 5, subsetSize: 20, using: Generator(seed: seed)).value
    }
    #expect(try value(1) == value(1))
    #expect(try value(1) != value(2))
    #expect(try value(1) > 0)
  }

  @Test("too few images and values that are not finite are refused")
  func refused() {
    let features = Tensor.normal([50, 4], using: generator)
    let text = complaint { _ = try kernelDistance(features, features, using: generator) }
    #expect(text.contains("at least 1000 images, found 50"))
    #expect(throws: ImageScoreError.notFinite(rows: 1, of: 50)) {
      try kernelDistance(features, spoiled(features), subsetSize: 10, using: generator)
    }
  }

  @Test("the sliced distance equals POT's along the same directions, in the unit of a Fréchet distance")
  func sliced() throws {
    let reference = try ImageScoreFixtures.tensor("reference").narrowed(along: 0, from: 0, count: 240)
    let generated = try ImageScoreFixtures.tensor("generated")
    let found = try slicedFeatureDistance(
      generated, reference, along: ImageScoreFixtures.tensor("directions"))
    // float32 projections.
    #expect(relativeError(found, try ImageScoreFixtures.read().sliced) < 1e-5)
    let unequal = try slicedFeatureDistance(
      generated, ImageScoreFixtures.tensor("reference"), using: generator)
    #expect(unequal > 0.2 && unequal < 3)
    // A shift by v: 3 d · |v|²/d.
    let shifted = try slicedFeatureDistance(generated, generated + 1, using: generator)
    #expect(relativeError(shifted, 3 * 16) < 0.15)
    #expect(try slicedFeatureDistance(generated, generated, using: generator) == 0)
  }
}
