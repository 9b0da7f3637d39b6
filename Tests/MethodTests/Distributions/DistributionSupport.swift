import Foundation
import MoCAProtocols
import Priors
import Testing

/// `laws.json`.
struct DistributionTable: Decodable, Sendable {
  /// A distribution about a direction on the sphere: the von Mises-Fisher or the power spherical one.
  struct Spherical: Decodable, Sendable, CustomTestStringConvertible {
    let dimension: Int
    let concentration: Double
    let mean: Double
    let divergence: Double
    let entropy: Double
    let logMoment: Double?
    let meanSlope: Double?
    let entropySlope: Double?

    var testDescription: String { "d = \(dimension), κ = \(concentration)" }
  }

  /// Quantiles of the cosine to the direction.
  struct Angles: Decodable, Sendable, CustomTestStringConvertible {
    let dimension: Int
    let concentration: Double
    let fisher: [Double]
    let power: [Double]

    var testDescription: String { "d = \(dimension), κ = \(concentration)" }
  }

  struct Information: Decodable, Sendable {
    let divergence: Double
    let discrepancy: Double
  }

  struct Observation: Decodable, Sendable {
    let loss: Double
    let valueCount: Int
  }

  let probabilities: [Double]
  let fisher: [Spherical]
  let power: [Spherical]
  let angles: [Angles]
  let ball: [String: [Double]]
  let dirichlet: [Double]
  let info: Information
  let observation: Observation

  static func read() throws -> Self { try Fixtures.values("laws", as: Self.self) }

  /// For arguments of tests; empty where the file is unreadable, which a test of its own finds.
  static let standard = try? read()
}

/// Features whose concentration is `concentration`: the inverse of softplus + 1.
func concentrationFeature(_ concentration: Double) -> Double {
  let excess = concentration - 1
  return excess > 30 ? excess : log(expm1(excess))
}

/// One row of features of a distribution about a direction, repeated: `[count, d + 1]`.
func sphericalFeatures(_ direction: [Double], _ concentration: Double, count: Int = 1) -> Tensor {
  let row = (direction + [concentrationFeature(concentration)]).map { Float($0) }
  return Tensor(row, shape: [1, row.count]).expanded(to: [count, row.count]).copy()
}

/// The first axis.
func axis(_ dimension: Int) -> [Double] { [1] + [Double](repeating: 0, count: dimension - 1) }

/// The largest gap between the shares of a sample below the quantiles and the probabilities of these, over
/// what 99.9 % of samples of that size stay under (Dvoretzky, Kiefer, Wolfowitz, Massart): √(log(2 / 0.001) /
/// 2n).
func excessOverBand(_ sample: [Double], quantiles: [Double], probabilities: [Double]) -> Double {
  let count = Double(sample.count)
  let gaps = zip(quantiles, probabilities).map { quantile, probability in
    abs(Double(sample.count { $0 <= quantile }) / count - probability)
  }
  return (gaps.max() ?? .infinity) / (log(2 / 0.001) / (2 * count)).squareRoot()
}

/// The mean of a rank-1 tensor, and its standard error.
func meanAndError(_ values: Tensor) -> (mean: Double, error: Double) {
  let list = values.doubles
  let mean = list.reduce(0, +) / Double(list.count)
  let variance = list.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(list.count - 1)
  return (mean, (variance / Double(list.count)).squareRoot())
}

func isFinite(_ tensor: Tensor) -> Bool { tensor.isFinite.all().item == 1 }

/// Its images are its features.
final class OpenEncoder: Encoder {
  func encode(_ images: Tensor) -> Tensor { images.flattened(from: 1) }
}

/// Its images are its latents.
final class OpenDecoder: Decoder {
  func decode(_ latents: Tensor) -> Tensor { latents }
}

extension RegularizationContext {
  /// A step with these features and codes, of an autoencoder without networks.
  init(features: Tensor, codes: Tensor, posterior: any Posterior, prior: any Prior) {
    let model = Autoencoder(
      encoder: OpenEncoder(), decoder: OpenDecoder(), posterior: posterior, prior: prior)
    let pass = ForwardPass(
      model: model, images: features, features: features, latents: codes, reconstructions: codes)
    self.init(
      pass, recollection: Recollection(keys: codes.detached(), population: nil),
      streams: MethodTests.streams(1))
  }
}

extension RegularizerContext {
  /// A run with this prior and posterior.
  static func run(_ prior: any Prior, _ posterior: (any Posterior)?, batchSize: Int = 12) -> Self {
    .init(
      prior: prior, batchSize: batchSize, populationSize: 0, generator: Generator(seed: 0),
      posterior: posterior)
  }
}
