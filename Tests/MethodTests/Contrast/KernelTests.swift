import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// `kernels.json`.
private struct KernelTable: Decodable, Sendable {
  let values: [String: Double]
  let width: Double

  static let standard =
    (try? Fixtures.values("kernels", as: KernelTable.self)) ?? KernelTable(values: [:], width: 0)
}

/// The regularizer with these settings.
private func make(
  _ prior: any Prior, batch: Int, population: Int = 0,
  _ change: (inout MaximumMeanDiscrepancy.Configuration) -> Void
) throws -> MaximumMeanDiscrepancy {
  var configuration = MaximumMeanDiscrepancy.Configuration()
  change(&configuration)
  return try MaximumMeanDiscrepancy(
    configuration,
    context: .init(
      prior: prior, batchSize: batch, populationSize: population, generator: Generator(seed: 0)))
}

@Suite("Kernels of the maximum mean discrepancy")
struct KernelTests {
  @Test("the table of references is there")
  func tableIsThere() { #expect(KernelTable.standard.values.count == 43) }

  @Test(
    "values and gradients equal scikit-learn's kernels and SciPy's integrals",
    arguments: KernelTable.standard.values.keys.sorted())
  func reference(_ label: String) throws {
    let parts = label.split(separator: ".").map(String.init)
    let fixtures = try Fixtures.tensors("kernels")
    let base = try prior(catalogName(parts[0]), latentSize: 6)
    let prior = FixedPrior(base, draws: try fixtures["draws.\(parts[0])"])
    let population = parts[3] == "population" ? try fixtures["population.\(parts[0])"] : nil
    let codes = leaf(try fixtures["codes.\(parts[0])"])
    let regularizer = try make(prior, batch: 16, population: population?.shape[0] ?? 0) {
      $0.kernel = MaximumMeanDiscrepancy.Kernel(rawValue: parts[1]) ?? .imq
      $0.estimator = parts[2] == "biased" ? .biased : .unbiased
      $0.reference = parts.last == "analytic" ? .analytic : .draws
      $0.bandwidth = parts.last == "fixed" ? KernelTable.standard.width : nil
    }
    let penalty = regularizer.penalty(in: .init(codes, prior, population: population)).value
    #expect(penalty.shape == [])
    #expect(relativeDifference(penalty.item, try #require(KernelTable.standard.values[label])) < 1e-5)
    let gradient = penalty.gradients(withRespectTo: [codes])[0]
    #expect(relativeDifference(gradient, try fixtures["gradients.\(label)"]) < 1e-4)
  }

  @Test(
    "uniformity is the logarithm of the analytic discrepancy under exp(−2|x − y|²)",
    arguments: [2, 3, 8, 16, 64])
  func identity(_ dimension: Int) throws {
    let prior = try prior("hypersphere", latentSize: dimension)
    let codes = prior.project(Tensor.normal([300, dimension], using: Generator(seed: 1)) + 0.3)
    let discrepancy = try make(prior, batch: 300) {
      ($0.kernel, $0.bandwidth, $0.reference) = (.rbf, 0.5, .analytic)
    }
    let uniformity = try Uniformity(
      .init(),
      context: .init(prior: prior, batchSize: 300, populationSize: 0, generator: Generator(seed: 0)))
    let moment = exp(UnitSphere.logMoment(4, dimension: dimension) - 4)
    let found = log(discrepancy.penalty(in: .init(codes, prior)).value.item + moment)
    #expect(relativeDifference(found, uniformity.penalty(in: .init(codes, prior)).value.item) < 1e-5)
  }

  @Test(
    "the unbiased mean over pairs does not depend on the batch, with one division too many it would",
    arguments: MaximumMeanDiscrepancy.Kernel.allCases)
  func batchSize(_ kernel: MaximumMeanDiscrepancy.Kernel) throws {
    let prior = try prior("hypersphere", latentSize: 4)
    let generator = Generator(seed: 2)
    let means = try [6, 48].map { count in
      let regularizer = try make(prior, batch: count) { ($0.kernel, $0.reference) = (kernel, .analytic) }
      let values = (0..<(4800 / count)).map { _ in
        let codes = prior.project(Tensor.normal([count, 4], using: generator) + 0.7)
        return regularizer.penalty(in: .init(codes, prior)).value.item
      }
      return values.reduce(0, +) / Double(values.count)
    }
    // About 1 % of Monte-Carlo error each; a further 1 / N(N − 1) would be a factor of 75.
    #expect(relativeDifference(means[0], means[1]) < 0.05)
    #expect(means[1] > 0.01)
  }

  @Test("the cross term keeps its diagonal: with draws equal to the codes the estimate is 2(w − k(0)) / N")
  func crossDiagonal() throws {
    let base = try prior("hypersphere", latentSize: 5)
    let codes = base.sample(12, using: Generator(seed: 3))
    let prior = FixedPrior(base, draws: codes)
    let unbiased = try make(prior, batch: 12) { _ in }.penalty(in: .init(codes, prior)).value.item
    let biased = try make(prior, batch: 12) { $0.estimator = .biased }.penalty(in: .init(codes, prior)).value
      .item
    #expect(abs(biased) < 1e-5)
    // w from the analytic form, whose other term does not depend on the codes.
    let constant = UnitSphere.expectation(dimension: 5) { u in
      [0.1, 0.2, 0.5, 1, 2, 5, 10].reduce(0) { $0 + 2 * $1 / (2 * $1 + 2 - 2 * u) }
    }
    let within =
      try make(prior, batch: 12) { $0.reference = .analytic }.penalty(in: .init(codes, prior)).value.item
      + constant
    #expect(relativeDifference(unbiased, 2 * (within - 7) / 12) < 1e-4)
  }

  @Test(
    "it is positive away from the prior, and a step against its gradient makes it smaller",
    arguments: MaximumMeanDiscrepancy.Kernel.allCases, ["hypersphere", "normal"])
  func sign(_ kernel: MaximumMeanDiscrepancy.Kernel, _ name: String) throws {
    let base = try prior(name, latentSize: 6)
    let prior = FixedPrior(base, draws: base.sample(64, using: Generator(seed: 4)))
    let regularizer = try make(prior, batch: 64) { $0.kernel = kernel }
    let start = base.project(Tensor.normal([64, 6], using: Generator(seed: 5)) * 0.3 + 1)
    let codes = leaf(start)
    let penalty = regularizer.penalty(in: .init(codes, prior)).value
    let gradient = penalty.gradients(withRespectTo: [codes])[0]
    let moved = base.project(start - gradient * (0.5 / gradient.norm(along: 1).maximum().item))
    #expect(penalty.item > 0.1)
    #expect(regularizer.penalty(in: .init(moved, prior)).value.item < penalty.item)
    let fresh = base.sample(64, using: Generator(seed: 6))
    #expect(regularizer.penalty(in: .init(fresh, prior)).value.item < penalty.item / 3)
  }

  @Test("the biased estimate is never negative", arguments: MaximumMeanDiscrepancy.Kernel.allCases)
  func nonNegative(_ kernel: MaximumMeanDiscrepancy.Kernel) throws {
    let prior = try prior("normal", latentSize: 3)
    let regularizer = try make(prior, batch: 8) { ($0.kernel, $0.estimator) = (kernel, .biased) }
    for seed in 0..<20 {
      let codes = prior.sample(8, using: Generator(seed: UInt64(seed)))
      #expect(regularizer.penalty(in: .init(codes, prior, seed: UInt64(seed) + 100)).value.item >= 0)
    }
  }

  @Test("the sphere normalises each code by itself, not over the batch")
  func normalization() throws {
    let prior = try prior("hypersphere", latentSize: 5)
    let raw = Tensor.normal([7, 5], using: Generator(seed: 7)) * 3
    let codes = prior.project(raw)
    #expect((codes.norm(along: 1) - 1).absolute().maximum().item < 1e-6)
    let alone = prior.project(raw.narrowed(along: 0, from: 2, count: 1))
    #expect(relativeDifference(alone, codes.narrowed(along: 0, from: 2, count: 1)) < 1e-6)
  }

  @Test("the default weight is one that counts beside the summed squared error")
  func weight() throws {
    // Public codes range from 0.03, which does nothing, to a million, in this unit.
    #expect((50...1000).contains(try #require(MaximumMeanDiscrepancy.Configuration().weight.value)))
  }

  @Test(
    "the median width follows the scale of the latents",
    arguments: [MaximumMeanDiscrepancy.Kernel.rbf, .laplace])
  func median(_ kernel: MaximumMeanDiscrepancy.Kernel) throws {
    let values = try [1.0, 20].map { scale in
      var configuration = Normal.Configuration()
      configuration.scale = scale
      let prior = try Normal(configuration, context: PriorContext(latentSize: 4))
      let codes = (Tensor.normal([32, 4], using: Generator(seed: 8)) * 0.5 + 0.5) * scale
      return try make(prior, batch: 32) { $0.kernel = kernel }.penalty(in: .init(codes, prior)).value.item
    }
    #expect(relativeDifference(values[0], values[1]) < 1e-4)
  }

  @Test("a population of several tiles is the sum of its parts")
  func tiles() throws {
    let prior = try prior("hypersphere", latentSize: 3)
    let codes = leaf(prior.sample(3, using: Generator(seed: 9)))
    let population = prior.project(Tensor.normal([9000, 3], using: Generator(seed: 10)) + 0.2)
    let regularizer = try make(prior, batch: 3, population: 9000) {
      ($0.kernel, $0.bandwidth, $0.reference) = (.rbf, 0.5, .analytic)
    }
    let penalty = regularizer.penalty(in: .init(codes, prior, population: population)).value
    let (x, y) = (leaf(codes.to(dtype: .float64)), codes.detached().to(dtype: .float64))
    let others = Tensor.concatenated([y, population.to(dtype: .float64)])
    let matrix = ((x.matmul(others.transposed()) - 1) * 4).exp()
    let within = (matrix.sum() - matrix.diagonal().sum()) / Double(3 * 9002)
    let constant = exp(UnitSphere.logMoment(4, dimension: 3) - 4)
    #expect(abs(penalty.item - (within.item - constant)) < 1e-6)
    let found = prior.tangent(penalty.gradients(withRespectTo: [codes])[0], at: codes.detached())
    let expected = prior.tangent(
      within.gradients(withRespectTo: [x])[0].to(dtype: .float32) * 2, at: codes.detached())
    #expect(relativeDifference(found, expected) < 1e-4)
    let silent = withoutGradients {
      regularizer.penalty(in: .init(codes, prior, population: population)).value
    }
    #expect(silent.item == penalty.item)
    #expect(!silent.requiresGradient)
  }
}

extension Prior {
  /// The part of a gradient along the sphere.
  fileprivate func tangent(_ gradient: Tensor, at codes: Tensor) -> Tensor {
    gradient - codes * (gradient * codes).sum(along: 1, keepsDimensions: true)
  }
}
