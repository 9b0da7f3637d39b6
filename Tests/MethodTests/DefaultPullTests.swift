import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// What the methods' documentation says of their default weights: how hard each pulls, beside another, on 256 codes on
/// the sphere (d = 128) whose mean is shifted.
@Suite("The pull of methods at their default weights")
struct DefaultPullTests {
  private static let size = 128

  /// The default λ times the norm of the penalty's gradient before the projection onto the sphere.
  private func pull(_ name: String, shift: Float) throws -> Double {
    let entry = try RegularizerCatalog.standard.entry(named: name)
    let weight = try #require(try entry.resolve(.empty, "regularizer")["weight"])
    let prior = try prior("hypersphere", latentSize: Self.size)
    let population = name == "moca" ? 4096 : 0
    let regularizer = try entry.make(
      .empty, "regularizer", building(prior, batch: 256, population: population))
    let generator = Generator(seed: 5)
    let axis = Tensor((0..<Self.size).map { $0 == 0 ? shift : 0 })
    let features = leaf(prior.sample(256, using: generator) + axis)
    let stored = population > 0 ? prior.project(prior.sample(population, using: generator) + axis) : nil
    let penalty = regularizer.penalty(in: .init(prior.project(features), prior, population: stored)).value
    let gradient = penalty.gradients(withRespectTo: [features])[0]
    return try #require(Double(configuration: weight)) * gradient.squared().sum().item.squareRoot()
  }

  @Test(
    "they pull as hard as the method that they name, within what they say",
    arguments: [
      ("uniformity", "moca", 2.0), ("koleo", "moca", 2), ("in-batch-contrast", "moca", 2),
      ("max-sliced-wasserstein", "sliced-wasserstein", 2),
      ("spherical-sliced-wasserstein", "sliced-wasserstein", 2), ("sliced-cramer", "sliced-wasserstein", 2),
      ("sigreg", "sliced-wasserstein", 2), ("visreg", "sliced-wasserstein", 2),
      ("sinkhorn", "sliced-wasserstein", 3),
    ])
  func pulls(_ name: String, reference: String, factor: Double) throws {
    let ratio = try pull(name, shift: 0.5) / pull(reference, shift: 0.5)
    #expect(ratio > 1 / factor && ratio < factor, "\(ratio)")
  }

  @Test("Cramér-Wold pulls less than a tenth as hard as sliced Wasserstein", arguments: [0.5, 1])
  func gentle(_ shift: Float) throws {
    #expect(try pull("cramer-wold", shift: shift) < 0.1 * pull("sliced-wasserstein", shift: shift))
  }

  @Test("the default ascent of max-sliced finds a shift, and not all of one squeezed coordinate among many")
  func ascent() throws {
    let prior = try prior("normal", latentSize: 64)
    let draws = Tensor.normal([256, 64], using: Generator(seed: 6))
    func share(_ codes: Tensor) throws -> Double {
      let context = building(prior, batch: 256)
      var thorough = MaxSlicedWasserstein.Configuration()
      (thorough.starts, thorough.steps) = (100, 40)
      let found = try MaxSlicedWasserstein(.init(), context: context).penalty(in: .init(codes, prior))
      let most = try MaxSlicedWasserstein(thorough, context: context).penalty(in: .init(codes, prior))
      return found.value.item / most.value.item
    }
    #expect(try share(draws + 0.5) > 0.99)
    #expect(try share(draws * Tensor((0..<64).map { $0 == 5 ? Float(0.01) : 1 })) < 0.95)
  }
}
