import Foundation
import MoCAProtocols
import Priors
import Testing

/// `Fixtures/slices.json`.
struct SlicesSummary: Decodable {
  struct Kernel: Decodable {
    let arguments: [Double]
    let values: [String: [Double]]
  }

  let cramer: [String: Double]
  let cramerWold: [String: Double]
  let spherical: [String: Double]
  let eppsPulley: [String: Double]
  let visreg: [String: Double]
  let maxSliced: [String: Double]
  let kernel: Kernel

  static func read() throws -> SlicesSummary { try Fixtures.values("slices", as: SlicesSummary.self) }
}

/// A regularizer with changed settings, built for a prior and a batch.
func makeRegularizer<P: RegularizerPlugin>(
  _ type: P.Type, _ prior: any Prior, batch: Int, population: Int = 0,
  _ change: (inout P.Configuration) -> Void = { _ in }
) throws -> P {
  var configuration = P.Configuration()
  change(&configuration)
  return try P(
    configuration,
    context: .init(
      prior: prior, batchSize: batch, populationSize: population, generator: Generator(seed: 0)))
}

/// A prior of which nothing but draws is known, on `[-1, 1]` in each coordinate.
final class DrawnPrior: Prior {
  let latentSize: Int
  let geometry = LatentGeometry.cube

  init(latentSize: Int) { self.latentSize = latentSize }

  var kernelScale: Double { 2 * Double(latentSize) / 3 }

  func project(_ latents: Tensor) -> Tensor { latents }

  func sample(_ count: Int, using generator: Generator) -> Tensor {
    Tensor.uniform([count, latentSize], using: generator) * 2 - 1
  }
}
