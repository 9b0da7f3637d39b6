import Foundation
import Metrics
import MoCAProtocols
import Priors
import Testing

@Suite("Measures of codes equal POT, SciPy and scikit-learn")
struct LatentMeasureTests {
  /// Measures without random directions.
  private static var measures: [any LatentMeasure.Type] {
    [
      MeanDiscrepancy.self, EnergyStatistic.self, CramerWoldDistance.self, CoordinateLaw.self,
      EffectiveRank.self, UniformityGap.self, RayleighTest.self, BinghamTest.self, LargestEigenvalue.self,
      MardiaSkewness.self, MardiaKurtosis.self, StandardizedMean.self, Radius.self,
    ]
  }

  @Test("values equal the definition's, by integration or by a library", arguments: ["sphere", "normal"])
  func values(_ name: String) throws {
    let fixture = try LatentFixture.load()
    let codes = try LatentFixture.points("codes.\(name)")
    let expected = try #require(fixture.scores[name])
    let reference = LatentReference(
      prior: try LatentFixture.prior(name), count: codes.shape[0], generator: Generator(seed: 1))
    var compared = 0
    for type in Self.measures {
      guard let measure = type.init(reference) else { continue }
      let value = measure.value(of: codes)
      let known = try #require(expected[type.name])
      #expect(latentDifference(value, known) < 1e-5, "\(type.name): \(value), expected \(known)")
      if let probability = expected[type.name + "Probability"] {
        let found = try #require(measure.asymptoticProbability(of: value))
        #expect(
          latentDifference(found, probability) < 1e-4, "\(type.name): \(found), expected \(probability)")
      }
      compared += 1
    }
    #expect(compared == 9)
  }

  @Test("sliced Wasserstein equals POT's on given directions")
  func sliced() throws {
    let pair = try LatentFixture.load().pair
    let directions = try LatentFixture.points("directions").transposed()
    let sorted = try ["codes.sphere", "draws.sphere"].map {
      try LatentFixture.points($0).sortedProjections(along: directions)
    }
    let value = sorted[0].slicedDistance(to: sorted[1])
    #expect(latentDifference(value * pair.spread.squareRoot(), pair.slicedWasserstein) < 1e-5)
  }

  @Test("spherical sliced Wasserstein equals POT's on given circles")
  func sphericalSliced() throws {
    let expected = try #require(try LatentFixture.load().scores["sphere"]?["sphericalSlicedWasserstein"])
    let value = SphericalSlicedDistance.distance(
      of: try LatentFixture.points("codes.sphere"), first: try LatentFixture.points("circles.first"),
      second: try LatentFixture.points("circles.second"))
    #expect(latentDifference(value, expected) < 1e-5, "\(value), expected \(expected)")
  }

  @Test("Cramér-von Mises and two-sample Kolmogorov-Smirnov equal SciPy's")
  func laws() throws {
    let fixture = try LatentFixture.load()
    let codes = try LatentFixture.points("codes.sphere")
    let law = try #require(CoordinateDistribution(of: try LatentFixture.prior("sphere")))
    let projected = try LatentFixture.points("directions").matmul(codes.transposed()).sorted(along: 1)
    let expected = try #require(fixture.scores["sphere"]?["directionLaw"])
    #expect(latentDifference(law.cramerVonMises(projected).mean().item, expected) < 1e-5)
    let draws = try LatentFixture.points("draws.sphere")
    let distances = CoordinateLaw.distance(codes.transposed().contiguous(), draws.transposed().contiguous())
    #expect(latentDifference(distances.mean().item, fixture.pair.kolmogorovSmirnov) < 1e-6)
  }

  @Test("means over pairs give SciPy's energy distance, a point with itself included or not")
  func pairs() throws {
    let points = try ["codes.sphere", "draws.sphere"].map {
      try LatentFixture.points($0).narrowed(along: 1, from: 0, count: 1).to(dtype: .float64)
    }
    let root = { (squares: Tensor) in squares.clamped(min: 0).squareRoot() }
    let within = points.map { PairSums.mean(within: $0, ownPair: 0, of: root) }
    let energy = 2 * PairSums.mean(points[0], points[1], of: root) - within[0] - within[1]
    let expected = try LatentFixture.load().pair.energyOfFirstCoordinate
    #expect(latentDifference(energy.squareRoot(), expected) < 1e-5)
    let count = Double(points[0].shape[0])
    let apart = PairSums.mean(within: points[0], ownPair: nil, of: root)
    #expect(latentDifference(apart, within[0] * count / (count - 1)) < 1e-12)
  }

  @Test("in one dimension Mardia's measures are SciPy's skewness squared and kurtosis")
  func mardia() throws {
    let line = try LatentFixture.load().line
    let codes = try LatentFixture.points("codes.normal").narrowed(along: 1, from: 0, count: 1)
    let reference = LatentReference(
      prior: try LatentFixture.prior("normal", latentSize: 1), count: codes.shape[0],
      generator: Generator(seed: 1))
    let skewness = try #require(MardiaSkewness(reference)).value(of: codes)
    let kurtosis = try #require(MardiaKurtosis(reference)).value(of: codes)
    #expect(latentDifference(skewness, line.skewness * line.skewness) < 1e-5)
    #expect(latentDifference(kurtosis, line.kurtosis) < 1e-5)
  }

  @Test("the classifier's accuracy is that of scikit-learn's ridge regression on the same features")
  func classifier() throws {
    let codes = try LatentFixture.points("codes.normal")
    let expected = try #require(try LatentFixture.load().scores["normal"]?["classifier"])
    let reference = LatentReference(
      prior: try LatentFixture.prior("normal"), count: codes.shape[0], generator: Generator(seed: 11))
    let test = try #require(ClassifierTest(reference))
    #expect(abs(test.value(of: codes) - expected) < 1e-6)
  }
}
