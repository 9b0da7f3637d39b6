import Foundation
import MoCAProtocols
import Priors

/// The committed reference values.
enum Fixtures {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The tensors of `Fixtures/NAME.safetensors`.
  static func tensors(_ name: String) throws -> FixtureTensors {
    let records = try Safetensors.read(folder.appendingPathComponent("\(name).safetensors")).records
    return FixtureTensors(
      tensors: try Dictionary(uniqueKeysWithValues: records.map { ($0.name, try Tensor($0)) }))
  }

  /// `Fixtures/NAME.json`.
  static func values<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }
}

/// Tensors by name, where a name that is absent is an error.
struct FixtureTensors {
  struct Missing: Error {
    let name: String
  }

  let tensors: [String: Tensor]

  subscript(name: String) -> Tensor {
    get throws {
      guard let tensor = tensors[name] else { throw Missing(name: name) }
      return tensor
    }
  }

  /// The tensors whose names start with `prefix`, which is taken off.
  func dropping(_ prefix: String) -> [String: Tensor] {
    let inside = tensors.filter { $0.key.hasPrefix(prefix) }
    return Dictionary(uniqueKeysWithValues: inside.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }
}

/// A prior whose draws are given; everything else is another's.
final class FixedPrior: Prior {
  private let base: any Prior
  private let draws: Tensor

  init(_ base: any Prior, draws: Tensor) {
    self.base = base
    self.draws = draws
  }

  var latentSize: Int { base.latentSize }
  var geometry: LatentGeometry { base.geometry }
  var kernelScale: Double { base.kernelScale }

  func project(_ latents: Tensor) -> Tensor { base.project(latents) }

  func sample(_ count: Int, using generator: Generator) -> Tensor {
    draws.narrowed(along: 0, from: 0, count: count)
  }

  func projectionQuantiles(_ count: Int) -> [Double]? { base.projectionQuantiles(count) }

  var normalScale: Double? { base.normalScale }

  func logDensity(of latents: Tensor) -> Tensor? { base.logDensity(of: latents) }
}

/// A network with parameters and running statistics, small enough for any test.
final class StubEncoder: Encoder {
  let linear: Linear
  let normalization: BatchNormalization

  init(_ shape: ImageShape, featureCount: Int, using generator: Generator) {
    linear = Linear(shape.valueCount, featureCount, using: generator)
    normalization = BatchNormalization(featureCount)
  }

  func encode(_ images: Tensor) -> Tensor { normalization(linear(images.flattened(from: 1))) }
}

/// |found − expected| / |expected|, Euclidean.
func relativeDifference(_ found: Tensor, _ expected: Tensor) -> Double {
  let (found, expected) = (found.to(dtype: .float64), expected.to(dtype: .float64))
  return (found - expected).squared().sum().item.squareRoot() / expected.squared().sum().item.squareRoot()
}

/// |found − expected| / |expected|.
func relativeDifference(_ found: Double, _ expected: Double) -> Double {
  abs(found - expected) / abs(expected)
}

/// A leaf of the autograd graph with a tensor's values.
func leaf(_ tensor: Tensor) -> Tensor {
  let leaf = tensor.detached().copy()
  leaf.setRequiresGradient(true)
  return leaf
}

/// The prior of that name, as the catalog builds it.
func prior(_ name: String, latentSize: Int) throws -> any Prior {
  try PriorCatalog.standard.entry(named: name).make(.empty, "prior", PriorContext(latentSize: latentSize))
}

/// The catalog's name of a prior in the fixtures.
func catalogName(_ fixture: String) -> String { fixture == "sphere" ? "hypersphere" : "normal" }

/// Streams on the host.
func streams(_ seed: UInt64 = 0) -> RandomStreams { RandomStreams(seed: seed, device: .cpu) }

extension RegularizationContext {
  /// A step without a memory, or with this population.
  init(_ latents: Tensor, _ prior: any Prior, population: Tensor? = nil, seed: UInt64 = 0) {
    self.init(
      latents: latents, recollection: Recollection(keys: latents.detached(), population: population),
      prior: prior, streams: MethodTests.streams(seed))
  }
}

extension Module {
  /// The state by name.
  var state: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: namedTensors().map { ($0.name, $0.tensor) })
  }
}
