import Foundation
import MoCAProtocols
import Priors
import Testing

@Suite("Posteriors on the sphere")
struct SphericalPosteriorTests {
  private func sphere(_ dimension: Int) throws -> Hypersphere {
    try Hypersphere(NoSettings(), context: PriorContext(latentSize: dimension))
  }

  private func make(_ name: String, _ dimension: Int) throws -> any PosteriorDensity {
    let prior = try sphere(dimension)
    if name == "power-spherical" { return try PowerSpherical(NoSettings(), prior: prior) }
    return try VonMisesFisher(NoSettings(), prior: prior)
  }

  /// dκ / dfeature.
  private func slopeOfConcentration(_ concentration: Double) -> Double {
    1 / (1 + exp(-concentrationFeature(concentration)))
  }

  @Test("the table of references is there")
  func tableIsThere() throws {
    let table = try DistributionTable.read()
    #expect(table.fisher.count == 10 && table.power.count == 7 && table.angles.count == 4)
  }

  @Test(
    "divergence, entropy and normaliser of the von Mises-Fisher distribution equal the Bessel functions'",
    arguments: DistributionTable.standard?.fisher ?? [])
  func fisher(_ row: DistributionTable.Spherical) throws {
    let posterior = try make("von-mises-fisher", row.dimension)
    let prior = try sphere(row.dimension)
    let features = leaf(sphericalFeatures(axis(row.dimension), row.concentration))
    let divergence = try #require(posterior.divergence(of: features, from: prior))
    #expect(divergence.shape == [1])
    #expect(relativeDifference(divergence.item, row.divergence) < 1e-5)
    #expect(relativeDifference(try #require(posterior.entropy(of: features)).item, row.entropy) < 1e-5)
    // dKL/dκ = κ A′(κ), and nothing for the direction.
    let gradient = divergence.sum().gradients(withRespectTo: [features])[0].doubles
    let expected = row.concentration * (try #require(row.meanSlope)) * slopeOfConcentration(row.concentration)
    if row.concentration < 1e4 { #expect(relativeDifference(gradient[row.dimension], expected) < 1e-4) }
    #expect(gradient.dropLast().allSatisfy { $0 == 0 })
    // At right angles to the direction the log density is −log M − log Area.
    let area = log(2) + Double(row.dimension) / 2 * log(Double.pi) - lgamma(Double(row.dimension) / 2)
    let side = Tensor(axis(row.dimension).reversed().map { Float($0) }, shape: [1, row.dimension])
    let moment = -posterior.logDensity(of: side, given: features).item - area
    #expect(abs(moment - (try #require(row.logMoment))) < 1e-5 * max(1, moment, abs(area)))
  }

  @Test(
    "the gradient of the log moment is the ratio of Bessel functions",
    arguments: DistributionTable.standard?.fisher ?? [])
  func besselRatio(_ row: DistributionTable.Spherical) throws {
    if row.concentration >= 1e4 { return }  // cut there: no gradient
    let posterior = try make("von-mises-fisher", row.dimension)
    let features = leaf(sphericalFeatures(axis(row.dimension), row.concentration))
    let point = Tensor(axis(row.dimension).map { Float($0) }, shape: [1, row.dimension])
    // log q(μ) = κ − log M(κ) − log Area.
    let slope = posterior.logDensity(of: point, given: features).sum().gradients(withRespectTo: [features])[0]
    let found = slope.doubles[row.dimension] / slopeOfConcentration(row.concentration)
    #expect(relativeDifference(found, 1 - row.mean) < 1e-4)
  }

  @Test(
    "divergence and entropy of the power spherical distribution equal its integrals",
    arguments: DistributionTable.standard?.power ?? [])
  func power(_ row: DistributionTable.Spherical) throws {
    let posterior = try make("power-spherical", row.dimension)
    let features = leaf(sphericalFeatures(axis(row.dimension), row.concentration))
    let entropy = try #require(posterior.entropy(of: features))
    let divergence = try #require(posterior.divergence(of: features, from: try sphere(row.dimension)))
    #expect(relativeDifference(entropy.item, row.entropy) < 1e-5)
    #expect(relativeDifference(divergence.item, row.divergence) < 1e-5)
    let gradient = entropy.sum().gradients(withRespectTo: [features])[0].doubles
    let expected = try #require(row.entropySlope) * slopeOfConcentration(row.concentration)
    #expect(relativeDifference(gradient[row.dimension], expected) < 1e-4)
  }

  @Test("densities integrate to one on the circle", arguments: ["von-mises-fisher", "power-spherical"])
  func mass(_ name: String) throws {
    let posterior = try make(name, 2)
    let angles = (Tensor.range(4_000, dtype: .float64) * (2 * Double.pi / 4_000)).expandingDimension(at: 1)
    let points = Tensor.concatenated([angles.cosine(), angles.sine()], along: 1)
    let features = Tensor.concatenated([
      sphericalFeatures([0.6, -0.8], 2), sphericalFeatures([-3, 0.1], 300),
    ])
    let density = posterior.logDensity(of: points, given: features)
    #expect(density.shape == [4_000, 2])
    for mass in (density.exp().mean(along: 0) * 2 * Double.pi).doubles { #expect(abs(mass - 1) < 1e-5) }
  }

  @Test(
    "cosines of draws follow the distribution's quantiles",
    arguments: DistributionTable.standard?.angles ?? [], ["von-mises-fisher", "power-spherical"])
  func draws(_ row: DistributionTable.Angles, _ name: String) throws {
    let posterior = try make(name, row.dimension)
    let probabilities = try DistributionTable.read().probabilities
    var direction = axis(row.dimension)
    for sign in [1.0, -1, 0.3] {
      (direction[0], direction[1]) = (sign, sign == 0.3 ? -2 : 0)
      let features = sphericalFeatures(direction, row.concentration, count: 8_000)
      let draws = posterior.sample(from: features, using: Generator(seed: 11))
      #expect((draws.norm(along: 1) - 1).absolute().maximum().item < 1e-5)
      let cosines = (draws * posterior.mode(of: features)).sum(along: 1).doubles
      let quantiles = name == "power-spherical" ? row.power : row.fisher
      #expect(excessOverBand(cosines, quantiles: quantiles, probabilities: probabilities) < 1)
    }
  }

  @Test("bearings about the direction are uniform", arguments: ["von-mises-fisher", "power-spherical"])
  func bearings(_ name: String) throws {
    let posterior = try make(name, 3)
    let features = sphericalFeatures([0, 0, -2], 4, count: 8_000)
    let draws = posterior.sample(from: features, using: Generator(seed: 12))
    let bearings = draws.selected(along: 1, at: 1).arcTangent(over: draws.selected(along: 1, at: 0)).doubles
    let probabilities = (1...19).map { Double($0) / 20 }
    let quantiles = probabilities.map { (2 * $0 - 1) * Double.pi }
    #expect(excessOverBand(bearings, quantiles: quantiles, probabilities: probabilities) < 1)
  }

  @Test(
    "gradients through draws are those of the mean cosine",
    arguments: [(2, 1.5), (2, 50), (3, 5), (8, 20), (16, 1.5)], ["von-mises-fisher", "power-spherical"])
  func pathGradient(_ distribution: (Int, Double), _ name: String) throws {
    let (dimension, concentration) = distribution
    let posterior = try make(name, dimension)
    let features = leaf(sphericalFeatures(axis(dimension), concentration, count: 8_000))
    let draws = posterior.sample(from: features, using: Generator(seed: 13))
    let cosines = (draws * posterior.mode(of: features).detached()).sum()
    let slopes = cosines.gradients(withRespectTo: [features])[0].selected(along: 1, at: dimension)
    let (mean, error) = meanAndError(slopes / slopeOfConcentration(concentration))
    let size = Double(dimension - 1)
    let fisher = DistributionTable.standard?.fisher.first {
      $0.dimension == dimension && $0.concentration == concentration
    }
    let expected =
      name == "power-spherical"
      ? size / ((concentration + size) * (concentration + size)) : try #require(fisher?.meanSlope)
    #expect(abs(mean - expected) < 3.5 * error, "\(mean) ± \(error), expected \(expected)")
    #expect(error < 0.05 * expected)
  }

  @Test(
    "gradients of the direction are those of the mean",
    arguments: [[1.0, 0, 0, 0], [-1, 0, 0, 0], [0.5, 1, -1, 2]],
    ["von-mises-fisher", "power-spherical"])
  func directionGradient(_ direction: [Double], _ name: String) throws {
    let posterior = try make(name, 4)
    let features = leaf(sphericalFeatures(direction, 6, count: 8_000))
    let probe = Tensor([Float](arrayLiteral: 0.3, -1, 0.5, 0.8))
    let draws = posterior.sample(from: features, using: Generator(seed: 14))
    let slopes = (draws * probe).sum().gradients(withRespectTo: [features])[0]
    // E z = m μ, so the gradient is m times that of the unit vector.
    let mean = (draws.detached() * posterior.mode(of: features).detached()).sum(along: 1).mean().item
    let expected = (posterior.mode(of: features) * probe).sum().gradients(withRespectTo: [features])[0]
    for index in 0..<4 {
      let (found, error) = meanAndError(slopes.selected(along: 1, at: index))
      #expect(abs(found - mean * expected.selected(along: 1, at: index).mean().item) < 4 * error + 1e-3)
    }
    // No direction has large gradients, the first axis least of all.
    #expect(slopes.absolute().maximum().item < 20)
  }

  @Test(
    "the concentration is softplus plus one wherever it is used",
    arguments: ["von-mises-fisher", "power-spherical"])
  func plusOne(_ name: String) throws {
    let posterior = try make(name, 3)
    let features = Tensor([Float](arrayLiteral: 2, 0, 0, -100), shape: [1, 4]).expanded(to: [8_000, 4])
    let row = features.narrowed(along: 0, from: 0, count: 1)
    // κ = 1 at d = 3: sinh and coth; and density ∝ 1 + t, with mean 1/3 and KL = ∫ ½ (1 + t) log(1 + t) dt.
    let isPower = name == "power-spherical"
    let mean = isPower ? 1.0 / 3 : 1 / tanh(1.0) - 1
    let divergence = isPower ? log(2) - 0.5 : mean - log(sinh(1.0))
    let top = isPower ? log(2 / (4 * Double.pi)) : 1 - log(sinh(1.0)) - log(4 * Double.pi)
    let found = try #require(posterior.divergence(of: row, from: try sphere(3))).item
    #expect(abs(found - divergence) < 1e-5)
    #expect(abs((try #require(posterior.entropy(of: row)).item) - (log(4 * Double.pi) - divergence)) < 1e-5)
    #expect(abs(posterior.logDensity(of: posterior.mode(of: row), given: row).item - top) < 1e-5)
    let cosines = posterior.sample(from: features, using: Generator(seed: 15)).selected(along: 1, at: 0)
    let (average, error) = meanAndError(cosines)
    #expect(abs(average - mean) < 3.5 * error)
  }

  @Test("each image has its own direction and norm: rows do not see each other", arguments: [2, 7])
  func rows(_ count: Int) throws {
    for name in ["von-mises-fisher", "power-spherical"] {
      let posterior = try make(name, 5)
      let features = Tensor.normal([count, 6], using: Generator(seed: 16)) * 3
      let modes = posterior.mode(of: features)
      #expect((modes.norm(along: 1) - 1).absolute().maximum().item < 1e-6)
      let single = posterior.mode(of: features.narrowed(along: 0, from: 1, count: 1))
      #expect(single.data == modes.narrowed(along: 0, from: 1, count: 1).copy().data)
    }
  }

  @Test(
    "draws, entropy and their gradients stay finite on wild features", arguments: [2, 3, 128],
    ["von-mises-fisher", "power-spherical"])
  func wild(_ dimension: Int, _ name: String) throws {
    let posterior = try make(name, dimension)
    let prior = try sphere(dimension)
    let plain = Tensor.normal([2, dimension + 1], using: Generator(seed: 17))
    let last = Tensor([Float](arrayLiteral: 1e30, -1e30), shape: [2, 1])
    let extreme = Tensor.concatenated([plain.narrowed(along: 1, from: 0, count: dimension), last], along: 1)
    let same = Tensor.ones([2, dimension + 1])
    let inputs = [
      plain, plain.to(dtype: .bfloat16).to(dtype: .float32), extreme, same, Tensor.zeros([2, dimension + 1]),
    ]
    for input in inputs {
      for seed in UInt64(0)..<20 {
        let features = leaf(input)
        let draws = posterior.sample(from: features, using: Generator(seed: seed))
        let divergence = try #require(posterior.divergence(of: features, from: prior))
        let gradient = (draws.sum() + divergence.sum()).gradients(withRespectTo: [features])[0]
        #expect(isFinite(draws) && isFinite(divergence) && isFinite(gradient))
      }
    }
  }

  @Test(
    "the von Mises-Fisher posterior integrates the same moment on its device", arguments: [2, 16, 512],
    [1.5, 40, 9000])
  func posterior(_ dimension: Int, _ concentration: Double) throws {
    let posterior = try VonMisesFisher(NoSettings(), prior: prior("hypersphere", latentSize: dimension))
    // softplus(feature) + 1 is the concentration.
    let feature = log(expm1(min(concentration - 1, 30))) + max(0, concentration - 31)
    let features = Tensor([1.0] + [Double](repeating: 0, count: dimension - 1) + [feature])
      .expandingDimension(at: 0)
    let law = posterior.divergence(of: features, from: try sphere(dimension))
    let expected =
      concentration * UnitSphere.meanCosine(concentration, dimension: dimension)
      - UnitSphere.logMoment(concentration, dimension: dimension)
    #expect(abs(try #require(law).item - expected) < 1e-7 * max(1, expected))
  }

  @Test("other supports are refused with the reason and the way out")
  func refusals() throws {
    let normal = try prior("normal", latentSize: 3)
    let error = #expect(throws: ConfigurationError.self) { try VonMisesFisher(NoSettings(), prior: normal) }
    #expect(error?.description.contains("\"von-mises-fisher\"") == true)
    #expect(error?.description.contains("set prior=hypersphere") == true)
    #expect(throws: ConfigurationError.self) { try PowerSpherical(NoSettings(), prior: normal) }
  }
}
