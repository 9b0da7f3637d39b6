import Metrics
import MoCAProtocols
import Testing

@Suite("Precision, recall, density and coverage")
struct ManifoldScoresTests {
  private let generator = Generator(seed: 1)

  @Test("equal prdc's, for sets of unequal size, of equal size and for one set twice", arguments: [3, 5])
  func packages(_ neighbours: Int) throws {
    let expected = try ImageScoreFixtures.read().manifolds
    let reference = try ImageScoreFixtures.tensor("reference")
    let generated = try ImageScoreFixtures.tensor("generated")
    let cases = [
      "unequal": (generated, reference), "same": (reference, reference),
      "equal": (generated, reference.narrowed(along: 0, from: 0, count: 240)),
    ]
    for (name, sets) in cases {
      let found = try ManifoldScores(
        of: sets.0, reference: sets.1, precisionNeighbours: neighbours, densityNeighbours: neighbours)
      let values = try #require(expected["\(name).\(neighbours)"])
      #expect(abs(found.precision - values.precision) < 1e-12, "\(name)")
      #expect(abs(found.recall - values.recall) < 1e-12, "\(name)")
      #expect(abs(found.density - (values.density ?? 0)) < 1e-12, "\(name)")
      #expect(abs(found.coverage - (values.coverage ?? 0)) < 1e-12, "\(name)")
    }
  }

  @Test("precision and recall equal torch-fidelity's; both numbers of neighbours come from one pass")
  func onePass() throws {
    let expected = try ImageScoreFixtures.read().manifolds
    let found = try ManifoldScores(
      of: ImageScoreFixtures.tensor("generated"), reference: ImageScoreFixtures.tensor("reference"))
    let (closed, five) = (try #require(expected["torch_fidelity.3"]), try #require(expected["unequal.5"]))
    // float32 means.
    #expect(abs(found.precision - closed.precision) < 1e-6 && abs(found.recall - closed.recall) < 1e-6)
    #expect(abs(found.density - (five.density ?? 0)) < 1e-12)
    #expect(abs(found.coverage - (five.coverage ?? 0)) < 1e-12)
  }

  @Test("sets of several tiles give what the definition gives, and progress ends at 1")
  func tiles() throws {
    let reference = Tensor.normal([2100, 3], using: generator) + 50
    let generated = Tensor.normal([2060, 3], using: generator) * 1.1 + 50.2
    var shares: [Double] = []
    let found = try ManifoldScores(of: generated, reference: reference) { shares.append($0) }
    func distances(_ first: Tensor, _ second: Tensor) -> Tensor {
      let (x, y) = (first.to(dtype: .float64), second.to(dtype: .float64))
      return (0..<3).map {
        (x.narrowed(along: 1, from: $0, count: 1) - y.selected(along: 1, at: $0)).squared()
      }.reduce(Tensor.scalar(0, dtype: .float64), +).squareRoot()
    }
    let own = distances(reference, reference).sorted(along: 1)
    let theirs = distances(generated, generated).sorted(along: 1).selected(along: 1, at: 3)
    let cross = distances(reference, generated)
    let wide = own.narrowed(along: 1, from: 5, count: 1)
    func mean(_ tensor: Tensor) -> Double { tensor.to(dtype: .float64).mean().item }
    let inside = cross.isLess(than: own.narrowed(along: 1, from: 3, count: 1))
    #expect(abs(found.precision - mean(inside.sum(along: 0).isGreater(than: 0))) < 1e-12)
    #expect(abs(found.recall - mean(cross.isLess(than: theirs).sum(along: 1).isGreater(than: 0))) < 1e-12)
    #expect(abs(found.density - mean(cross.isLess(than: wide).sum(along: 0)) / 5) < 1e-12)
    #expect(abs(found.coverage - mean(cross.isLess(than: wide).sum(along: 1).isGreater(than: 0))) < 1e-12)
    #expect(shares.count == 12 && shares.last == 1 && shares == shares.sorted())
  }

  @Test("distances of many features are exact: a far origin changes nothing")
  func origin() throws {
    let reference = (Tensor.normal([200, 64], using: generator) * 1024).rounded() / 1024
    let generated = (Tensor.normal([200, 64], using: generator) * 1024).rounded() / 1024
    let near = try ManifoldScores(of: generated, reference: reference)
    let far = try ManifoldScores(of: generated + 1024, reference: reference + 1024)
    #expect(near.precision == far.precision && near.recall == far.recall)
    #expect(near.density == far.density && near.coverage == far.coverage)
  }

  @Test("constant images lie in no open ball")
  func constant() throws {
    let features = Tensor.normal([1, 32], using: generator).expanded(to: [40, 32])
    let found = try ManifoldScores(of: features, reference: features)
    #expect(found.precision == 0 && found.recall == 0 && found.density == 0 && found.coverage == 0)
  }

  @Test("too few images and values that are not finite are refused")
  func refused() {
    let features = Tensor.normal([5, 4], using: generator)
    let text = complaint { _ = try ManifoldScores(of: features, reference: features) }
    #expect(text.contains("at least 6 images, found 5"))
    #expect(throws: ImageScoreError.notFinite(rows: 1, of: 5)) {
      try ManifoldScores(of: features, reference: spoiled(features))
    }
  }
}
