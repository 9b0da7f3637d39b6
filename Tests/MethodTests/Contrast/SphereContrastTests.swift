import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// `contrast.json`.
private struct Summary: Decodable {
  let values: [String: Double]
  let expectations: [String: [String: Double]]
}

/// A regularizer of this module under its name in the fixtures.
private func make(
  _ name: String, dimension: Int = 8, batch: Int = 24, population: Int = 0
) throws -> any LatentRegularizer {
  let context = RegularizerContext(
    prior: try prior("hypersphere", latentSize: dimension), batchSize: batch, populationSize: population,
    generator: Generator(seed: 0))
  return switch name {
  case "in-batch": try InBatchContrast(warm(), context: context)
  case "decoupled": try DecoupledContrast(.init(), context: context)
  case "uniformity": try Uniformity(.init(), context: context)
  case "koleo": try KoLeo(.init(), context: context)
  default: throw FixtureTensors.Missing(name: name)
  }
}

/// The temperature of the fixtures, which is MoCA's.
private func warm() -> InBatchContrast.Configuration {
  var configuration = InBatchContrast.Configuration()
  configuration.temperature = 0.1
  return configuration
}

private let names = ["in-batch", "decoupled", "uniformity", "koleo"]

@Suite("Contrast, uniformity and nearest neighbours on the sphere")
struct SphereContrastTests {
  private let fixtures: FixtureTensors
  private let summary: Summary
  private let prior: any Prior

  init() throws {
    fixtures = try Fixtures.tensors("contrast")
    summary = try Fixtures.values("contrast", as: Summary.self)
    prior = try MethodTests.prior("hypersphere", latentSize: 8)
  }

  private func context(_ codes: Tensor, keys: Tensor? = nil, population: Tensor? = nil)
    -> RegularizationContext
  {
    .init(
      latents: codes, recollection: Recollection(keys: keys ?? codes.detached(), population: population),
      prior: prior, streams: streams())
  }

  @Test(
    "values and gradients equal SciPy's, scikit-learn's and torch's", arguments: names,
    ["batch", "population"])
  func reference(_ name: String, _ sample: String) throws {
    let codes = leaf(try fixtures["codes"])
    let population = sample == "population" ? try fixtures["population"] : nil
    let regularizer = try make(name, population: population == nil ? 0 : 40)
    let penalty = regularizer.penalty(
      in: context(codes, keys: try fixtures["keys"], population: population))
    #expect(penalty.value.shape == [])
    #expect(relativeDifference(penalty.value.item, try #require(summary.values["\(name).\(sample)"])) < 1e-5)
    let gradient = penalty.value.gradients(withRespectTo: [codes])[0]
    #expect(relativeDifference(gradient, try fixtures["gradients.\(name).\(sample)"]) < 1e-4)
  }

  @Test(
    "the contrast of two views equals SciPy's, with and without a memory", arguments: ["batch", "population"])
  func views(_ sample: String) throws {
    let codes = leaf(try fixtures["codes"])
    let population = sample == "population" ? try fixtures["population"] : nil
    let loss = SimCLR.contrast(codes, population: population, temperature: 0.5)
    #expect(relativeDifference(loss.item, try #require(summary.values["views.\(sample)"])) < 1e-5)
    let gradient = loss.gradients(withRespectTo: [codes])[0]
    #expect(relativeDifference(gradient, try fixtures["gradients.views.\(sample)"]) < 1e-4)
  }

  @Test("expectations over a coordinate equal SciPy's quadrature", arguments: [2, 3, 8, 64, 128])
  func expectations(_ dimension: Int) throws {
    let expected = try #require(summary.expectations["\(dimension)"])
    let functions: [String: (Double) -> Double] = [
      "distance": { (2 - 2 * $0).squareRoot() }, "gaussian": { exp(-2 * (2 - 2 * $0)) },
      "multiquadric": { 0.2 / (2.2 - 2 * $0) },
    ]
    for (name, function) in functions {
      let found = UnitSphere.expectation(dimension: dimension, of: function)
      #expect(relativeDifference(found, try #require(expected[name])) < 1e-6, "\(name)")
    }
    #expect(relativeDifference(UnitSphere.expectation(dimension: dimension) { _ in 3 }, 3) < 1e-12)
  }

  @Test(
    "on draws of the prior the gap to uniformity is near zero, on a shifted cloud it is not",
    arguments: ["decoupled", "uniformity"])
  func gap(_ name: String) throws {
    let regularizer = try make(name, batch: 256, population: 4096)
    let generator = Generator(seed: 4)
    let gap = { (codes: Tensor, population: Tensor) in
      regularizer.penalty(in: self.context(codes, population: population)).diagnostics
        .first { $0.name == "gapToUniform" }?.tensor.item ?? .nan
    }
    let population = prior.sample(4096, using: generator)
    #expect(abs(gap(prior.sample(256, using: generator), population)) < 0.05)
    let shifted = prior.project(Tensor.normal([4352, 8], using: generator) + 0.5)
    #expect(
      gap(
        shifted.narrowed(along: 0, from: 0, count: 256), shifted.narrowed(along: 0, from: 256, count: 4096))
        > 0.3)
  }

  @Test("in-batch contrast is MoCA's loss without a queue, the codes being their own keys")
  func withoutQueue() throws {
    let codes = try fixtures["codes"]
    let moca = try MomentumContrast(
      .init(), context: .init(prior: prior, batchSize: 24, populationSize: 0, generator: Generator(seed: 0)))
    let found = try make("in-batch").penalty(in: context(codes))
    let expected = moca.penalty(in: context(codes))
    #expect(relativeDifference(found.value.item, expected.value.item) < 1e-5)
    for (found, expected) in zip(found.diagnostics, expected.diagnostics) {
      #expect(found.name == expected.name)
      #expect(abs(found.tensor.item - expected.tensor.item) < 1e-5)
    }
  }

  @Test("averaged over the batches of a sample, uniformity pulls as the whole sample would")
  func population() throws {
    let points = prior.project(Tensor.normal([48, 8], using: Generator(seed: 5)) + 0.4)
    let whole = leaf(points)
    let expected = try make("uniformity", batch: 48).penalty(in: context(whole)).value
      .gradients(withRespectTo: [whole])[0]
    let parts = try (0..<4).map { index in
      let codes = leaf(points.narrowed(along: 0, from: 12 * index, count: 12))
      let rest = (0..<4).filter { $0 != index }.map { points.narrowed(along: 0, from: 12 * $0, count: 12) }
      return try make("uniformity", batch: 12, population: 36)
        .penalty(in: context(codes, population: .concatenated(rest))).value.gradients(withRespectTo: [codes])[
          0]
    }
    // A logarithm of a mean: each batch divides by its own mean, not by the whole sample's.
    #expect(relativeDifference(Tensor.concatenated(parts) / 4, expected) < 0.2)
  }

  @Test(
    "values and gradients are finite where codes coincide, in two and in 128 dimensions, in batches of two",
    arguments: names, [2, 128])
  func finite(_ name: String, _ dimension: Int) throws {
    let prior = try MethodTests.prior("hypersphere", latentSize: dimension)
    let generator = Generator(seed: 7)
    let one = prior.sample(1, using: generator)
    let rounded = prior.sample(64, using: generator).to(dtype: .bfloat16).to(dtype: .float32)
    let twins = Tensor.concatenated([rounded, rounded])
    for codes in [one.expanded(to: [2, dimension]), one.expanded(to: [64, dimension]), twins] {
      for population in [nil, codes, prior.sample(100, using: generator)] {
        let regularizer = try make(
          name, dimension: dimension, batch: codes.shape[0], population: population?.shape[0] ?? 0)
        let codes = leaf(codes)
        let penalty = regularizer.penalty(
          in: .init(
            latents: codes, recollection: Recollection(keys: codes.detached(), population: population),
            prior: prior, streams: streams()))
        #expect(penalty.value.isFinite.item == 1)
        #expect(penalty.value.gradients(withRespectTo: [codes])[0].isFinite.all().item == 1)
        #expect(penalty.diagnostics.allSatisfy { $0.tensor.isFinite.item == 1 && $0.tensor.shape == [] })
      }
    }
  }

  @Test("a prior other than the sphere is refused, and a batch without pairs")
  func refusals() throws {
    let normal = try MethodTests.prior("normal", latentSize: 4)
    let context = RegularizerContext(
      prior: normal, batchSize: 8, populationSize: 0, generator: Generator(seed: 0))
    let builds: [(String, () throws -> any LatentRegularizer)] = [
      ("in-batch-contrast", { try InBatchContrast(.init(), context: context) }),
      ("simclr", { try SimCLR(.init(), context: context) }),
      ("decoupled-contrast", { try DecoupledContrast(.init(), context: context) }),
      ("uniformity", { try Uniformity(.init(), context: context) }),
      ("koleo", { try KoLeo(.init(), context: context) }),
    ]
    for (name, build) in builds {
      let error = #expect(throws: ConfigurationError.self) { try build() }
      #expect(error?.description.hasPrefix("the regularizer \"\(name)\"") == true)
      #expect(error?.description.contains("set prior=hypersphere, or choose another regularizer") == true)
    }
    for name in names {
      let error = #expect(throws: ConfigurationError.self) { try make(name, batch: 1) }
      #expect(error?.description.contains("training.batch") == true)
      #expect(throws: Never.self) { try make(name, batch: 1, population: 8) }
    }
  }
}
