import Extractors
import Foundation
import MoCAProtocols

/// What `make_inception.py` wrote, and the draws that it shares with this side.
enum InceptionFixture {
  /// The values of `inception.json`.
  struct Values: Decodable {
    struct Resize: Decodable {
      let shape: [Int]
      let clean: Int
      let bicubic: Int
      let bilinear: Int
    }

    struct Archive: Decodable {
      let checksum: Int
      let count: Int
      let frechetDistance: Double

      enum CodingKeys: String, CodingKey {
        case checksum, count
        case frechetDistance = "frechet_distance"
      }
    }

    let weights: [String: [Int]]
    let resizes: [String: Resize]
    let archive: Archive
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  static func values() throws -> Values {
    try JSONDecoder().decode(
      Values.self, from: Data(contentsOf: folder.appendingPathComponent("inception.json")))
  }

  static func tensors() throws -> [String: Tensor] {
    let records = try Safetensors.read(folder.appendingPathComponent("inception.safetensors")).records
    return Dictionary(uniqueKeysWithValues: try records.map { ($0.name, try Tensor($0)) })
  }

  /// Bytes drawn uniformly.
  static func noise(_ shape: [Int]) -> Tensor {
    (Tensor.uniform(shape, using: Generator(seed: 299)) * 256).floor().to(dtype: .uint8)
  }

  /// The random weights of the fixture, drawn in the order of their names.
  static func weights() throws -> [String: Tensor] {
    let generator = Generator(seed: 2015)
    var tensors: [String: Tensor] = [:]
    for (name, shape) in try values().weights.sorted(by: { $0.key < $1.key }) {
      tensors[name] = scaled(.normal(shape, using: generator), of: name)
    }
    return tensors
  }

  private static func scaled(_ value: Tensor, of name: String) -> Tensor {
    if name.hasSuffix("running_var") { return value.absolute() + 0.5 }
    if name.hasSuffix("bn.weight") { return value * 0.1 + 1 }
    if name.hasSuffix(".bias") || name.hasSuffix("running_mean") { return value * 0.1 }
    return value * (2 / Double(value.shape.dropFirst().reduce(1, *))).squareRoot()
  }

  /// Random projections of features.
  static func projected(_ features: Tensor, to count: Int) -> Tensor {
    let size = features.shape[1]
    let matrix = Tensor.normal([size, count], using: Generator(seed: 16)) / Double(size).squareRoot()
    return features.matmul(matrix)
  }

  /// A number that depends on every byte and its place.
  static func checksum(_ values: Tensor) -> Int {
    values.to(dtype: .uint8).values(as: UInt8.self).enumerated()
      .reduce(0) { $0 + Int($1.element) * ($1.offset % 65521 + 1) }
  }

  /// The elements that the fixture stores of a large tensor.
  static func sampled(_ values: Tensor) -> Tensor {
    let order = Tensor.permutation(values.elementCount, using: Generator(seed: 4096))
    return values.reshaped(-1).gathered(along: 0, at: order.narrowed(along: 0, from: 0, count: 2048))
  }

  /// |found − expected| / |expected|, Euclidean.
  static func difference(_ found: Tensor, _ expected: Tensor) -> Double {
    let (found, expected) = (found.to(dtype: .float64), expected.to(dtype: .float64))
    return ((found - expected).squared().sum().item / expected.squared().sum().item).squareRoot()
  }

  /// The Fréchet distance of the first half of the images to the second, in 64 projections of the features.
  static func frechetDistance(_ features: Tensor) -> Double {
    let values = projected(features, to: 64).to(dtype: .float64)
    let half = values.shape[0] / 2
    let parts = [0, half].map { values.narrowed(along: 0, from: $0, count: half) }
    let means = parts.map { $0.mean(along: 0, keepsDimensions: true) }
    let covariances = zip(parts, means).map { part, mean in
      (part - mean).transposed().matmul(part - mean) / Double(half - 1)
    }
    let (squares, axes) = covariances[0].symmetricEigensystem()
    let root = (axes * squares.clamped(min: 0).squareRoot()).matmul(axes.transposed())
    let product = root.matmul(covariances[1]).matmul(root)
    let overlap = product.symmetricEigenvalues().clamped(min: 0).squareRoot().sum().item
    let traces = covariances.map { $0.diagonal().sum().item }
    return (means[0] - means[1]).squared().sum().item + traces[0] + traces[1] - 2 * overlap
  }
}

/// A file of weights that is gone when this is.
final class TemporaryWeights {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("inception-\(UUID().uuidString).safetensors")

  init(_ tensors: [String: Tensor]) throws {
    try Safetensors.write(tensors.map { $0.value.record(named: $0.key) }, to: url)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
