import Foundation
import Metrics
import MoCAProtocols
import Priors

/// `latent_scores.json` and `latent_scores.safetensors`.
struct LatentFixture: Decodable, Sendable {
  struct Pair: Decodable, Sendable {
    let slicedWasserstein: Double
    let spread: Double
    let kolmogorovSmirnov: Double
    let energyOfFirstCoordinate: Double
  }

  struct Line: Decodable, Sendable {
    let skewness: Double
    let kurtosis: Double
  }

  struct Probes: Decodable, Sendable {
    let train: [Int]
    let test: [Int]
    let linear: Double
    let euclidean1: Double
    let euclidean10: Double
    let cosine1: Double
    let cosine10: Double
  }

  struct Missing: Error {
    let name: String
  }

  let scores: [String: [String: Double]]
  let pair: Pair
  let line: Line
  let probes: Probes

  /// Standard deviation of the normal prior of the fixture.
  static let scale = 1.5

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func load() throws -> LatentFixture {
    try JSONDecoder().decode(
      LatentFixture.self, from: Data(contentsOf: folder.appendingPathComponent("latent_scores.json")))
  }

  static func points(_ name: String) throws -> Tensor {
    let records = try Safetensors.read(folder.appendingPathComponent("latent_scores.safetensors")).records
    guard let record = records.first(where: { $0.name == name }) else { throw Missing(name: name) }
    return try Tensor(record)
  }

  /// The prior of the fixture's codes called `sphere` or `normal`.
  static func prior(_ name: String, latentSize: Int = 5) throws -> any Prior {
    if name == "sphere" {
      return try Hypersphere(NoSettings(), context: PriorContext(latentSize: latentSize))
    }
    var configuration = Normal.Configuration()
    configuration.scale = scale
    return try Normal(configuration, context: PriorContext(latentSize: latentSize))
  }
}

/// |found − expected| / |expected|.
func latentDifference(_ found: Double, _ expected: Double) -> Double { abs(found - expected) / abs(expected) }
