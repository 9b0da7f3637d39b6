import Metrics
import MoCAProtocols
import Testing

@Suite("The Fréchet distance")
struct FrechetDistanceTests {
  private let generator = Generator(seed: 1)

  /// A set whose moments are these exactly: 2 d points, mean ± scaled axes.
  private func points(mean: [Double], deviations: [Double]) -> Tensor {
    let size = mean.count
    let step = (Double(2 * size - 1) / 2).squareRoot()
    var values: [Double] = []
    for axis in 0..<size {
      for sign in [1.0, -1.0] {
        values += (0..<size).map { mean[$0] + ($0 == axis ? sign * step * deviations[axis] : 0) }
      }
    }
    return Tensor(values, shape: [2 * size, size])
  }

  @Test("equals torch-fidelity's and SciPy's matrix root")
  func packages() throws {
    let expected = try ImageScoreFixtures.read().frechet
    let found = try frechetDistance(
      FeatureMoments(ImageScoreFixtures.tensor("generated")),
      FeatureMoments(ImageScoreFixtures.tensor("reference")))
    #expect(relativeError(found, expected.torchFidelity) < 1e-6)
    #expect(relativeError(found, expected.scipy) < 1e-6)
  }

  @Test("equals the closed form where covariances commute")
  func closedForm() throws {
    let (one, two) = ([3.0, 1, 0.5, 2], [1.0, 1, 2, 0.25])
    let found = try frechetDistance(
      FeatureMoments(points(mean: [0, 1, 2, 3], deviations: one)),
      FeatureMoments(points(mean: [1, 1, 0, 3], deviations: two)))
    let spread = zip(one, two).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
    #expect(abs(found - (5 + spread)) < 1e-10)
  }

  @Test("equals the closed form of two dimensions where covariances do not commute")
  func planar() throws {
    let turn = Tensor([0.6, 0.8, -0.8, 0.6], shape: [2, 2])
    let first = points(mean: [0, 0], deviations: [3, 0.5])
    let second = points(mean: [0, 0], deviations: [2, 1]).matmul(turn)
    let (p, q) = (try FeatureMoments(first), try FeatureMoments(second))
    // Tr of the root of a 2 × 2 matrix: √(Tr + 2 √det).
    let product = p.covariance.matmul(q.covariance).doubles
    let root = (product[0] + product[3] + 2 * (9 * 0.25 * 4 * 1.0).squareRoot()).squareRoot()
    let expected = 9.25 + 5 - 2 * root
    #expect(relativeError(try frechetDistance(p, q, allowsFew: true), expected) < 1e-10)
  }

  @Test("is exact for covariances that are singular, where the root of the product is not")
  func singular() throws {
    // Normal distributions on planes that share one axis: W₂² = Σ (σ − τ)².
    let first = try FeatureMoments(points(mean: [0, 0, 0, 0, 0], deviations: [2, 1, 0, 0, 0]))
    let second = try FeatureMoments(points(mean: [0, 0, 0, 0, 0], deviations: [0.5, 0, 3, 0, 0]))
    let expected = 1.5 * 1.5 + 1 + 9
    #expect(abs(try frechetDistance(first, second) - expected) < 1e-12)
    // Fewer images than features: equal sets are at 0, a shift adds its square.
    let few = Tensor.normal([20, 64], using: generator).to(dtype: .float64)
    let moments = try FeatureMoments(few)
    #expect(try frechetDistance(moments, FeatureMoments(few + 0.5), allowsFew: true) - 16 < 1e-11)
    #expect(try frechetDistance(moments, moments, allowsFew: true) < 1e-11)
  }

  @Test("is symmetric, and zero for equal sets")
  func symmetry() throws {
    let first = try FeatureMoments(ImageScoreFixtures.tensor("generated"))
    let second = try FeatureMoments(ImageScoreFixtures.tensor("reference"))
    #expect(relativeError(try frechetDistance(first, second), try frechetDistance(second, first)) < 1e-12)
    let itself = try frechetDistance(first, first)
    #expect(itself >= 0 && itself < 1e-12)
  }

  @Test("constant images have a covariance of zero")
  func constant() throws {
    let constant = try FeatureMoments(Tensor.full([10, 4], 2))
    let other = try FeatureMoments(points(mean: [2, 2, 2, 5], deviations: [1, 1, 2, 0]))
    #expect(abs(try frechetDistance(constant, other) - 15) < 1e-12)
    #expect(try frechetDistance(constant, constant) == 0)
  }

  @Test("too few images are refused with the number needed, unless allowed")
  func few() throws {
    let few = try FeatureMoments(Tensor.normal([16, 16], using: generator))
    let enough = try FeatureMoments(Tensor.normal([17, 16], using: generator))
    let text = complaint { _ = try frechetDistance(enough, few) }
    #expect(text.contains("at least 17 images, found 16"))
    #expect(try frechetDistance(enough, few, allowsFew: true) > 0)
    let empty = FeatureMoments(featureCount: 16)
    #expect(complaint { _ = try frechetDistance(enough, empty, allowsFew: true) }.contains("found 0"))
  }

  @Test("sets of different networks are refused")
  func differentFeatures() throws {
    let first = try FeatureMoments(Tensor.normal([30, 4], using: generator))
    let second = try FeatureMoments(Tensor.normal([30, 5], using: generator))
    #expect(throws: ImageScoreError.differentFeatures(4, 5)) { try frechetDistance(first, second) }
    #expect(throws: ImageScoreError.differentFeatures(4, 5)) { try first.merged(with: second) }
  }
}

@Suite("The moments of features")
struct FrechetMomentsTests {
  private let features = Tensor.normal([50, 6], using: Generator(seed: 2)) + 1000

  @Test("batches give the same as all at once, also far from the origin")
  func batches() throws {
    let whole = try FeatureMoments(features)
    var parts = FeatureMoments(featureCount: 6)
    for start in stride(from: 0, to: 50, by: 7) {
      try parts.add(features.narrowed(along: 0, from: start, count: min(7, 50 - start)))
    }
    #expect(parts.count == 50)
    #expect((parts.mean - whole.mean).absolute().maximum().item < 1e-11)
    #expect((parts.covariance - whole.covariance).absolute().maximum().item < 1e-11)
    let exact = features.to(dtype: .float64)
    let centred = exact - exact.mean(along: 0)
    let covariance = centred.transposed().matmul(centred) / 49
    #expect((whole.covariance - covariance).absolute().maximum().item < 1e-11)
    let halves = try FeatureMoments(features.narrowed(along: 0, from: 0, count: 20))
      .merged(with: FeatureMoments(features.narrowed(along: 0, from: 20, count: 30)))
    #expect((halves.covariance - whole.covariance).absolute().maximum().item < 1e-11)
  }

  @Test("values that are not finite are refused by the number of their rows, and nothing is added")
  func notFinite() throws {
    var moments = try FeatureMoments(features)
    for value in [Float.nan, .infinity] {
      #expect(throws: ImageScoreError.notFinite(rows: 1, of: 50)) {
        try moments.add(spoiled(features, with: value))
      }
    }
    #expect(moments.count == 50)
  }
}

@Suite("The extrapolated Fréchet distance")
struct FrechetExtrapolationTests {
  @Test("takes the bias of few images away")
  func bias() throws {
    let generator = Generator(seed: 3)
    let reference = try FeatureMoments(Tensor.normal([20000, 8], using: generator))
    let generated = Tensor.normal([4000, 8], using: generator) * 1.2
    let found = try extrapolatedFrechetDistance(of: generated, reference: reference, using: generator)
    #expect(found.points.count == 15)
    #expect(found.points.first?.count == 400 && found.points.last?.count == 4000)
    #expect(found.slope > 0 && found.determination > 0.5 && found.determination <= 1)
    // 8 · 0.2² = 0.32; the smallest subset exceeds it by far more than the intercept.
    let smallest = try #require(found.points.first).distance
    #expect(abs(found.value - 0.32) < 0.03 && smallest - 0.32 > abs(found.value - 0.32))
    // The last point is the whole set, whatever its order.
    let whole = try frechetDistance(FeatureMoments(generated), reference)
    #expect(relativeError(try #require(found.points.last).distance, whole) < 1e-9)
  }

  @Test("too few images are refused with the number needed")
  func few() throws {
    let generator = Generator(seed: 4)
    let reference = try FeatureMoments(Tensor.normal([100, 8], using: generator))
    let text = complaint {
      _ = try extrapolatedFrechetDistance(
        of: Tensor.normal([17, 8], using: generator), reference: reference, using: generator)
    }
    #expect(text.contains("at least 18 images, found 17"))
  }

  @Test("the line is SciPy's")
  func line() throws {
    let expected = try ImageScoreFixtures.read().line
    let points = zip(expected.counts, expected.distances).map {
      ExtrapolatedFrechetDistance.Point(count: $0, distance: $1)
    }
    let found = ExtrapolatedFrechetDistance(through: points)
    #expect(relativeError(found.value, expected.intercept) < 1e-12)
    #expect(relativeError(found.slope, expected.slope) < 1e-12)
    #expect(relativeError(found.determination, expected.determination) < 1e-12)
  }
}
