import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// `moca_optimum.json`.
struct OptimumTable: Decodable, Sendable {
  struct Contrastive: Decodable, Sendable, CustomTestStringConvertible {
    let dimension: Int
    let temperature: Double
    let queueCapacity: Int
    let logMoment: Double
    let loss: Double
    let negativeMass: Double

    var testDescription: String { "d = \(dimension), τ = \(temperature), K = \(queueCapacity)" }
  }

  struct Uniformity: Decodable, Sendable {
    let dimension: Int
    let logMoment: Double
    let loss: Double
  }

  let contrastive: [Contrastive]
  let uniformity: [Uniformity]

  static let standard =
    (try? Fixtures.values("moca_optimum", as: OptimumTable.self))
    ?? OptimumTable(contrastive: [], uniformity: [])
}

@Suite("Closed forms of the uniform distribution on the sphere")
struct UnitSphereTests {
  @Test("the table of references is there")
  func tableIsThere() {
    #expect(OptimumTable.standard.contrastive.count == 9)
    #expect(OptimumTable.standard.uniformity.count == 7)
  }

  @Test(
    "moments and the contrastive optimum equal the Bessel functions'",
    arguments: OptimumTable.standard.contrastive)
  func contrastive(_ row: OptimumTable.Contrastive) {
    let moment = UnitSphere.logMoment(1 / row.temperature, dimension: row.dimension)
    let loss = UnitSphere.contrastiveOptimum(
      dimension: row.dimension, temperature: row.temperature, negativeCount: row.queueCapacity)
    #expect(relativeDifference(moment, row.logMoment) < 1e-6)
    #expect(relativeDifference(loss, row.loss) < 1e-6)
  }

  @Test("the moment at 4 gives the uniformity of Wang and Isola")
  func uniformity() {
    for row in OptimumTable.standard.uniformity {
      let moment = UnitSphere.logMoment(4, dimension: row.dimension)
      #expect(relativeDifference(moment, row.logMoment) < 1e-6)
      #expect(relativeDifference(moment - 4, row.loss) < 1e-6)
    }
  }

  @Test("moments have their limits: zero at zero, and sinh κ / κ on the ordinary sphere")
  func limits() {
    #expect(abs(UnitSphere.logMoment(0, dimension: 16)) < 1e-12)
    for concentration in [0.5, 4, 50] {
      #expect(
        relativeDifference(
          UnitSphere.logMoment(concentration, dimension: 3), log(sinh(concentration) / concentration)) < 1e-9)
    }
    #expect(UnitSphere.contrastiveOptimum(dimension: 4, temperature: 1000, negativeCount: 1 << 62) > 40)
  }

  private struct Latent: Decodable {
    struct Quantiles: Decodable {
      let probabilities: [Double]
      let normal: [Double]
      let sphere: [String: [Double]]
    }

    let coordinateQuantiles: Quantiles
  }

  /// Every probability of the table is (i + ½) / count for one of these counts.
  private func quantile(_ probability: Double, _ quantiles: (Int) -> [Double]?) throws -> Double {
    for count in [5, 50, 500] {
      let index = probability * Double(count) - 0.5
      if abs(index - index.rounded()) < 1e-9 { return try #require(quantiles(count))[Int(index.rounded())] }
    }
    throw FixtureTensors.Missing(name: "quantile \(probability)")
  }

  @Test("quantiles of a coordinate equal SciPy's", arguments: [2, 3, 8, 64])
  func sphereQuantiles(_ dimension: Int) throws {
    let table = try Fixtures.values("latent", as: Latent.self).coordinateQuantiles
    let expected = try #require(table.sphere["\(dimension)"])
    let prior = try Hypersphere(NoSettings(), context: PriorContext(latentSize: dimension))
    for (probability, value) in zip(table.probabilities, expected) {
      #expect(abs(try quantile(probability, prior.projectionQuantiles) - value) < 1e-6)
    }
  }

  @Test("quantiles of the normal distribution equal SciPy's, times its scale")
  func normalQuantiles() throws {
    let table = try Fixtures.values("latent", as: Latent.self).coordinateQuantiles
    var configuration = Normal.Configuration()
    configuration.scale = 2
    let prior = try Normal(configuration, context: PriorContext(latentSize: 4))
    for (probability, value) in zip(table.probabilities, table.normal) {
      #expect(abs(try quantile(probability, prior.projectionQuantiles) - 2 * value) < 1e-6)
    }
  }

  @Test("the quantiles that the sliced distance uses are the fixture's", arguments: ["sphere", "normal"])
  func gridQuantiles(_ name: String) throws {
    let expected = try Fixtures.tensors("latent")["quantiles.\(name)"].doubles
    let found = try #require(try prior(catalogName(name), latentSize: 8).projectionQuantiles(24))
    // The fixture is stored in float32.
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6) }
    #expect(found == found.sorted())
  }

  static let simulated = OptimumTable.standard.contrastive.filter { row in
    // Without the heavy tails of small temperatures, where E log(…) is not log E(…).
    row.dimension <= 128 && row.queueCapacity <= 65536 && row.temperature >= 0.07
  }

  @Test("on exactly uniform codes and queue the loss is L* within Monte-Carlo error", arguments: simulated)
  func monteCarlo(_ row: OptimumTable.Contrastive) throws {
    let (batch, repeats) = (64, 12)
    let prior = try Hypersphere(NoSettings(), context: PriorContext(latentSize: row.dimension))
    var configuration = MomentumContrast.Configuration()
    configuration.temperature = row.temperature
    let generator = Generator(seed: 2110)
    let regularizer = try MomentumContrast(
      configuration,
      context: .init(prior: prior, batchSize: batch, populationSize: row.queueCapacity, generator: generator))
    let losses = (0..<repeats).map { _ in
      let population = prior.sample(row.queueCapacity, using: generator)
      let codes = prior.sample(batch, using: generator)
      let penalty = regularizer.penalty(in: .init(codes, prior, population: population))
      let (gap, mass) = (penalty.diagnostics[0].tensor.item, penalty.diagnostics[1].tensor.item)
      #expect(abs(gap - (penalty.value.item - row.loss)) < 1e-5)
      #expect(abs(mass - row.negativeMass) < 0.05)
      return penalty.value.item
    }
    let mean = losses.reduce(0, +) / Double(repeats)
    let variance = losses.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(repeats - 1)
    let standardError = (variance / Double(repeats)).squareRoot()
    #expect(abs(mean - row.loss) < 4 * standardError, "mean \(mean), L* \(row.loss), error \(standardError)")
    #expect(standardError < 0.01 * row.loss)
  }

  @Test("at least six rows are simulated")
  func simulatedRows() { #expect(Self.simulated.count >= 6) }
}
