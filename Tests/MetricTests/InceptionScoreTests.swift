import Metrics
import MoCAProtocols
import Testing

@Suite("The Inception score")
struct InceptionScoreTests {
  @Test("equals torch-fidelity's in the same order")
  func package() throws {
    let expected = try ImageScoreFixtures.read().inception
    let found = try inceptionScore(ImageScoreFixtures.tensor("logits"))
    #expect(relativeError(found.value, expected.mean) < 1e-10)
    #expect(relativeError(found.standardDeviation, expected.std) < 1e-10)
    #expect(found.partCount == 10)
  }

  @Test("is 1 for equal predictions, the number of classes for sure and even ones, also where exp underflows")
  func bounds() throws {
    let equal = Tensor.normal([1, 10], using: Generator(seed: 1)).expanded(to: [40, 10])
    #expect(abs(try inceptionScore(equal).value - 1) < 1e-12)
    let sure = Tensor.concatenated(Array(repeating: Tensor.identity(10) * 2000, count: 10))
    #expect(abs(try inceptionScore(sure).value - 10) < 1e-9)
  }

  @Test("a generator shuffles: images that come class by class are mixed")
  func shuffled() throws {
    let ordered = Tensor.concatenated(
      (0..<10).map { Tensor.identity(10).narrowed(along: 0, from: $0, count: 1).expanded(to: [50, 10]) * 20 })
    #expect(try inceptionScore(ordered).value < 1.001)
    #expect(try inceptionScore(ordered, shuffledBy: Generator(seed: 1)).value > 8)
  }

  @Test("too few images and values that are not finite are refused")
  func refused() {
    let logits = Tensor.normal([9, 5], using: Generator(seed: 1))
    #expect(complaint { _ = try inceptionScore(logits) }.contains("at least 10 images, found 9"))
    #expect(throws: ImageScoreError.notFinite(rows: 1, of: 9)) {
      try inceptionScore(spoiled(logits), parts: 2)
    }
  }
}
