import Foundation
import MoCAProtocols

/// What other packages found for the sets in `image_scores.safetensors`.
struct ImageScoreFixtures: Decodable {
  struct Frechet: Decodable { let torchFidelity, scipy: Double }
  struct MeanAndDeviation: Decodable { let mean, std: Double }
  struct Manifold: Decodable {
    let precision, recall: Double
    let density, coverage: Double?
  }
  struct Memorization: Decodable {
    let authentic, closer, score: Double
    let copied: Int
  }
  struct Sharpness: Decodable { let colour, grey: Double }
  struct Line: Decodable {
    let counts: [Int]
    let distances: [Double]
    let intercept, slope, determination: Double
  }

  let frechet: Frechet
  let kernel, inception: MeanAndDeviation
  let manifolds: [String: Manifold]
  let memorization: Memorization
  let sharpness: Sharpness
  let sliced: Double
  let line: Line

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func read() throws -> ImageScoreFixtures {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      Self.self, from: Data(contentsOf: folder.appendingPathComponent("image_scores.json")))
  }

  static func tensor(_ name: String) throws -> Tensor {
    struct Missing: Error { let name: String }
    let records = try Safetensors.read(folder.appendingPathComponent("image_scores.safetensors")).records
    guard let record = records.first(where: { $0.name == name }) else { throw Missing(name: name) }
    return try Tensor(record)
  }
}

/// |found − expected| / |expected|.
func relativeError(_ found: Double, _ expected: Double) -> Double { abs(found - expected) / abs(expected) }

/// Features with a value in the third row that is not finite.
func spoiled(_ features: Tensor, with value: Float = .nan) -> Tensor {
  var values = features.floats
  values[2 * features.shape[1]] = value
  return Tensor(values, shape: features.shape)
}

/// What a call throws, in words; empty where it throws nothing.
func complaint(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return ""
}
