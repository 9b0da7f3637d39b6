import Metrics
import MoCAProtocols
import Testing

@Suite("The memorisation check")
struct MemorizationTests {
  private let generator = Generator(seed: 1)

  @Test("equals scikit-learn's neighbours and SciPy's rank test")
  func packages() throws {
    let expected = try ImageScoreFixtures.read().memorization
    let found = try Memorization(
      generated: ImageScoreFixtures.tensor("generated"), training: ImageScoreFixtures.tensor("reference"),
      heldOut: ImageScoreFixtures.tensor("held_out"))
    #expect(abs(found.authenticShare - expected.authentic) < 1e-12)
    #expect(abs(try #require(found.closerThanHeldOutShare) - expected.closer) < 1e-12)
    #expect(relativeError(try #require(found.copyingScore), expected.score) < 1e-6)
    let nearest = try ImageScoreFixtures.tensor("nearest").values(as: Int64.self)
    #expect(found.matches.map { Int64($0.training) } == nearest)
    let copies = found.closest(10)
    #expect(copies.prefix(4).allSatisfy { $0.distance == 0 && $0.training == $0.generated + 40 })
    #expect(copies.allSatisfy { $0.generated < 20 && $0.ratio < 1 })
  }

  @Test("tells copies from draws of the same distribution, across tiles")
  func copies() throws {
    let training = Tensor.normal([2300, 4], using: generator)
    let heldOut = Tensor.normal([300, 4], using: generator)
    let copied = training.narrowed(along: 0, from: 1900, count: 300) + 1e-3
    let copies = try Memorization(generated: copied, training: training, heldOut: heldOut)
    #expect(copies.authenticShare < 0.05 && (copies.copyingScore ?? 0) < -15)
    #expect(copies.matches.filter { $0.training == $0.generated + 1900 }.count > 290)
    let fresh = try Memorization(
      generated: Tensor.normal([300, 4], using: generator), training: training, heldOut: heldOut)
    #expect(abs(fresh.authenticShare - 0.5) < 0.1 && abs(fresh.copyingScore ?? 9) < 3)
  }

  @Test("works without held-out images, and constant images give no score below zero")
  func withoutHeldOut() throws {
    let constant = Tensor.full([12, 6], 0.3)
    let alone = try Memorization(generated: constant, training: constant)
    #expect(alone.closerThanHeldOutShare == nil && alone.copyingScore == nil && alone.authenticShare == 0)
    let all = try Memorization(generated: constant, training: constant, heldOut: constant)
    #expect(all.copyingScore == 0 && all.closerThanHeldOutShare == 0)
  }

  @Test("empty sets and values that are not finite are refused")
  func refused() {
    let features = Tensor.normal([5, 4], using: generator)
    let one = features.narrowed(along: 0, from: 0, count: 1)
    let text = complaint { _ = try Memorization(generated: features, training: one) }
    #expect(text.contains("training set") && text.contains("at least 2 images, found 1"))
    #expect(throws: ImageScoreError.notFinite(rows: 1, of: 5)) {
      try Memorization(generated: features, training: features, heldOut: spoiled(features))
    }
  }
}
