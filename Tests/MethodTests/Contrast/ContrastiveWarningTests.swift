import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Contrast without gradient near uniformity is named")
struct ContrastiveWarningTests {
  private func warnings(_ temperature: Double, dimension: Int, negatives: Int) throws -> [String] {
    var configuration = MomentumContrast.Configuration()
    configuration.temperature = temperature
    return try MomentumContrast(
      configuration,
      context: .init(
        prior: try prior("hypersphere", latentSize: dimension), batchSize: 64, populationSize: negatives,
        generator: Generator(seed: 0))
    ).warnings
  }

  @Test("the mass on the negatives is the table's", arguments: OptimumTable.standard.contrastive)
  func mass(_ row: OptimumTable.Contrastive) {
    let found = UnitSphere.negativeMass(
      dimension: row.dimension, temperature: row.temperature, negativeCount: row.queueCapacity)
    #expect(relativeDifference(found, row.negativeMass) < 1e-5)
  }

  @Test("a mass below a twentieth is warned of, with the numbers and the ways out")
  func warned() throws {
    let text = try #require(try warnings(0.05, dimension: 128, negatives: 65536).first)
    let gain = "log K + log M(1/τ) = 12.6 lies below 1/τ = 20"
    for part in [
      "\"moca\"", "temperature 0.05", "65536 negatives", "128 dimensions", gain,
      "regularizer.temperature=0.1 (mass 0.8",
      "regularizer=decoupled-contrast",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    #expect(!text.contains("memory.capacity"))
    let near = try #require(try warnings(0.07, dimension: 128, negatives: 16384).first)
    #expect(near.contains("negatives, by memory.capacity"))
  }

  @Test("settings with gradient left, and the defaults, are not warned of")
  func silent() throws {
    #expect(try warnings(0.07, dimension: 128, negatives: 65536).isEmpty)
    #expect(try warnings(0.1, dimension: 128, negatives: 16384).isEmpty)
    #expect(try warnings(0.05, dimension: 16, negatives: 65536).isEmpty)
  }

  @Test("in-batch contrast counts the batch among its negatives")
  func inBatch() throws {
    let prior = try prior("hypersphere", latentSize: 128)
    let make = { (batch: Int, population: Int, temperature: Double) in
      var configuration = InBatchContrast.Configuration()
      configuration.temperature = temperature
      return try InBatchContrast(
        configuration,
        context: .init(
          prior: prior, batchSize: batch, populationSize: population, generator: Generator(seed: 0)))
    }
    let text = try #require(try make(64, 0, 0.1).warnings.first)
    #expect(text.contains("\"in-batch-contrast\""))
    #expect(text.contains("63 negatives"))
    #expect(try make(64, 65536, 0.1).warnings.isEmpty)
    #expect(try make(64, 0, InBatchContrast.Configuration().temperature).warnings.isEmpty)
  }
}
