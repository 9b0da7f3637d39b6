import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Sliced methods")
struct SliceBehaviourTests {
  private static let names = [
    "sliced-wasserstein", "max-sliced-wasserstein", "sliced-cramer", "cramer-wold",
    "spherical-sliced-wasserstein", "sigreg", "visreg",
  ]

  private func make(
    _ name: String, _ prior: any Prior, batch: Int, population: Int = 0
  ) throws -> any LatentRegularizer {
    switch name {
    case "sliced-wasserstein":
      try makeRegularizer(SlicedWasserstein.self, prior, batch: batch, population: population)
    case "max-sliced-wasserstein":
      try makeRegularizer(MaxSlicedWasserstein.self, prior, batch: batch, population: population)
    case "sliced-cramer": try makeRegularizer(SlicedCramer.self, prior, batch: batch, population: population)
    case "cramer-wold": try makeRegularizer(CramerWold.self, prior, batch: batch, population: population)
    case "spherical-sliced-wasserstein":
      try makeRegularizer(SphericalSlicedWasserstein.self, prior, batch: batch, population: population)
    case "sigreg": try makeRegularizer(SIGReg.self, prior, batch: batch, population: population)
    default: try makeRegularizer(VISReg.self, prior, batch: batch, population: population)
    }
  }

  /// Value and gradient of the method's penalty, or `nil` where it does not match the prior.
  private func evaluate(
    _ name: String, _ prior: any Prior, _ codes: Tensor, population: Tensor? = nil
  ) throws -> Evaluation? {
    do {
      let regularizer = try make(name, prior, batch: codes.shape[0], population: population?.shape[0] ?? 0)
      return Evaluation(regularizer, prior, codes, population: population)
    } catch ConfigurationError.incompatible { return nil }
  }

  /// A penalty and its gradient.
  private struct Evaluation {
    let value: Tensor
    let gradient: Tensor

    init(_ regularizer: any LatentRegularizer, _ prior: any Prior, _ codes: Tensor, population: Tensor? = nil)
    {
      let codes = leaf(codes)
      value = regularizer.penalty(in: .init(codes, prior, population: population, seed: 4)).value
      gradient = value.gradients(withRespectTo: [codes])[0]
    }

    var isFinite: Bool { value.item.isFinite && gradient.isFinite.all().item == 1 }
  }

  /// Near its maximum the best direction is known to the root of the rounding error only.
  private func tolerance(_ name: String) -> Double { name == "max-sliced-wasserstein" ? 0.1 : 1e-3 }

  private func priors(_ size: Int) throws -> [any Prior] {
    [
      try prior("hypersphere", latentSize: size), try prior("normal", latentSize: size),
      DrawnPrior(latentSize: size),
    ]
  }

  @Test("values and gradients are finite at the edges", arguments: names, [2, 128])
  func finite(_ name: String, _ size: Int) throws {
    let generator = Generator(seed: 11)
    for prior in try priors(size) {
      for (batch, stored) in [(16, 0), (16, 48), (2, 0)] {
        let regularizer: any LatentRegularizer
        do {
          regularizer = try make(name, prior, batch: batch, population: stored)
        } catch ConfigurationError.incompatible { continue }
        let population = stored == 0 ? nil : prior.sample(stored, using: generator)
        for (cloud, codes) in clouds(prior, batch, generator) {
          let found = Evaluation(regularizer, prior, codes, population: population)
          #expect(found.isFinite, "\(cloud), \(batch) codes and \(stored) stored, \(prior.geometry)")
          #expect(found.value.shape.isEmpty)
        }
      }
    }
  }

  @Test("codes that are no numbers give a value that is none, and no trap", arguments: names)
  func notNumbers(_ name: String) throws {
    let prior = try prior("hypersphere", latentSize: 4)
    let found = try #require(try evaluate(name, prior, .full([8, 4], .nan)))
    #expect(!found.value.item.isFinite)
  }

  /// Codes on the prior's support where a careless root, quotient or angle has no derivative.
  private func clouds(_ prior: any Prior, _ count: Int, _ generator: Generator) -> [String: Tensor] {
    let size = prior.latentSize
    let draws = prior.sample(count, using: generator)
    let axis = Tensor.identity(size).narrowed(along: 0, from: 0, count: 1).expanded(to: [count / 2, size])
    return [
      "rounded": draws.to(dtype: .bfloat16).to(dtype: .float32),
      "equal": prior.project(.ones([count, size])),
      "poles": .concatenated([axis, -axis]), "nearly equal": prior.project(draws * 1e-6 + 1),
      "origin": prior.geometry == .sphere ? draws : .zeros([count, size]),
    ]
  }

  @Test("the order of the batch does not matter", arguments: names)
  func order(_ name: String) throws {
    let generator = Generator(seed: 12)
    for prior in try priors(8) {
      let codes = prior.project(prior.sample(64, using: generator) + 0.3)
      guard let found = try evaluate(name, prior, codes) else { continue }
      let flipped = try #require(try evaluate(name, prior, codes.flipped(along: 0)))
      #expect(relativeDifference(flipped.value.item, found.value.item) < 1e-4)
      #expect(relativeDifference(flipped.gradient.flipped(along: 0), found.gradient) < tolerance(name))
    }
  }

  @Test(
    "with a memory the value is that of all codes, and the batch pulls for them",
    arguments: names.filter { $0 != "cramer-wold" })
  func population(_ name: String) throws {
    let generator = Generator(seed: 13)
    for prior in try priors(8) {
      let codes = prior.project(prior.sample(16, using: generator) + 0.4)
      let stored = prior.project(prior.sample(48, using: generator) + 0.2)
      guard let found = try evaluate(name, prior, codes, population: stored) else { continue }
      let whole = try #require(try evaluate(name, prior, .concatenated([codes, stored])))
      #expect(relativeDifference(found.value.item, whole.value.item) < 1e-4)
      let rows = whole.gradient.narrowed(along: 0, from: 0, count: 16) * 4
      #expect(relativeDifference(found.gradient, rows) < tolerance(name))
    }
  }

  @Test("a prior that cannot be matched is refused with a way out")
  func refusals() throws {
    let drawn = DrawnPrior(latentSize: 4)
    for (name, prior) in [
      ("spherical-sliced-wasserstein", try prior("normal", latentSize: 4)), ("visreg", drawn),
    ] {
      let error = #expect(throws: ConfigurationError.self) { try make(name, prior, batch: 8) }
      #expect("\(try #require(error))".contains("\"\(name)\""))
      #expect("\(try #require(error))".contains("set prior="))
    }
    #expect(throws: ConfigurationError.self) {
      try makeRegularizer(CramerWold.self, drawn, batch: 8) { $0.form = .closed }
    }
    for name in ["sliced-wasserstein", "max-sliced-wasserstein", "sliced-cramer", "cramer-wold", "sigreg"] {
      #expect(throws: Never.self) { try make(name, drawn, batch: 8) }
    }
  }
}
