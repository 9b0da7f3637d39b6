import Foundation
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// Identities of the definitions, and bugs of public code that they would show.
@Suite("Identities of sliced distances")
struct SliceIdentityTests {
  private func value(
    _ regularizer: any LatentRegularizer, _ codes: Tensor, _ prior: any Prior, seed: UInt64 = 0
  ) -> Double {
    regularizer.penalty(in: .init(codes, prior, seed: seed)).value.item
  }

  @Test("a mean is taken once: a shift costs the same sliced distance for any number of codes")
  func meanIsTakenOnce() throws {
    // A public port divides this mean by N(N − 1) again.
    let directions = Tensor.normal([5, 40], using: Generator(seed: 1)).normalized(along: 0)
    let shift = Tensor([0.5, 0, -0.25, 1, 0] as [Float])
    let expected = shift.expandingDimension(at: 0).matmul(directions).squared().mean().item
    for count in [4, 64, 512] {
      let draws = Tensor.normal([count, 5], using: Generator(seed: 2))
      let targets = draws.matmul(directions).sorted(along: 0)
      let found = SlicedWasserstein.distance(of: draws + shift, to: targets, along: directions)
      #expect(relativeDifference(found.item, expected) < 1e-4)
    }
  }

  @Test("Cramér-Wold of a sample with itself is zero", arguments: [2, 8, 32])
  func selfDistance(_ size: Int) throws {
    // A public port has 1/N where the sampling form needs 1/N², so that it does not vanish.
    let draws = Tensor.normal([40, size], using: Generator(seed: 3))
    let prior = FixedPrior(try prior("normal", latentSize: size), draws: draws)
    let regularizer = try makeRegularizer(CramerWold.self, prior, batch: 40) {
      ($0.form, $0.transform) = (.draws, .none)
    }
    #expect(abs(value(regularizer, draws, prior)) < 1e-6)
    #expect(value(regularizer, draws + 0.5, prior) > 0.01)
  }

  @Test(
    "the closed and the sampling form of Cramér-Wold agree on many draws",
    arguments: ["hypersphere", "normal"],
    [2, 5, 64])
  func closedAgreesWithDraws(_ name: String, _ size: Int) throws {
    let prior = try prior(name, latentSize: size)
    let codes = prior.project(prior.sample(1500, using: Generator(seed: 4)) + 0.6)
    let values = try [CramerWold.Form.closed, .draws].map { form in
      value(
        try makeRegularizer(CramerWold.self, prior, batch: 1500) { ($0.form, $0.transform) = (form, .none) },
        codes, prior)
    }
    // 1,500 draws have a distance of their own of about 6e-4; at d = 64 the normal distribution's form is
    // approximate.
    #expect(abs(values[0] - values[1]) < 0.05 * values[0] + 2e-3)
  }

  @Test("the logarithm of Cramér-Wold stays finite and its pull bounded under a memory")
  func logarithmWithMemory() throws {
    for name in ["hypersphere", "normal"] {
      let prior = try prior(name, latentSize: 8)
      let generator = Generator(seed: 5)
      let regularizer = try makeRegularizer(CramerWold.self, prior, batch: 16, population: 2048)
      for _ in 0..<20 {
        // Before the projection: a pull along the radius of the sphere moves nothing.
        let features = leaf(prior.sample(16, using: generator))
        let penalty = regularizer.penalty(
          in: .init(prior.project(features), prior, population: prior.sample(2048, using: generator)))
        let gradient = penalty.value.gradients(withRespectTo: [features])[0]
        #expect(penalty.value.item > -12)
        #expect(Tensor.totalNorm([gradient]).item < 100)
      }
    }
  }

  @Test("from 20 dimensions on Cramér-Wold is the authors' formula, with its gradient")
  func asymptoticForm() throws {
    let (count, size) = (30, 24)
    let prior = try prior("normal", latentSize: size)
    let codes = leaf(Tensor.normal([count, size], using: Generator(seed: 6)) * 0.8 + 0.2)
    let regularizer = try makeRegularizer(CramerWold.self, prior, batch: count) { $0.transform = .none }
    let found = regularizer.penalty(in: .init(codes, prior)).value
    let x = codes.to(dtype: .float64)
    let bandwidth = pow(4 / (3 * Double(count)), 0.4)
    let slope = 1 / Double(2 * size - 3)
    let squares = (x.expandingDimension(at: 1) - x.expandingDimension(at: 0)).squared().sum(along: 2)
    let within = (squares * slope + bandwidth).reciprocalSquareRoot().mean()
    let across = (x.squared().sum(along: 1) * slope + (bandwidth + 0.5)).reciprocalSquareRoot().mean()
    let expected = (within + pow(1 + bandwidth, -0.5) - 2 * across) / (2 * Double.pi.squareRoot())
    #expect(relativeDifference(found.item, expected.item) < 1e-5)
    #expect(
      relativeDifference(
        found.gradients(withRespectTo: [codes])[0], expected.gradients(withRespectTo: [codes])[0]) < 1e-4)
  }

  @Test("SIGReg's weight does not depend on the batch unless it is asked to")
  func sigregCount() throws {
    // The authors' statistic doubles where every code is there twice.
    let prior = try prior("normal", latentSize: 6)
    let codes = Tensor.normal([32, 6], using: Generator(seed: 7)) * 0.5
    let doubled = Tensor.concatenated([codes, codes])
    for (scales, factor) in [(false, 1.0), (true, 2.0)] {
      let regularizer = try makeRegularizer(SIGReg.self, prior, batch: 32) { $0.scalesWithCount = scales }
      let ratio = value(regularizer, doubled, prior) / value(regularizer, codes, prior)
      #expect(relativeDifference(ratio, factor) < 1e-4)
    }
  }

  @Test("the sliced Cramér distance is the energy distance over many directions", arguments: [2, 6])
  func energyDistance(_ size: Int) throws {
    let generator = Generator(seed: 8)
    let codes = Tensor.normal([60, size], using: generator) * 0.7 + 0.5
    let draws = Tensor.normal([60, size], using: generator)
    let directions = Tensor.normal([size, 4000], using: generator).normalized(along: 0)
    let sliced = SlicedCramer.distance(of: codes, to: draws.matmul(directions), along: directions).item
    func mean(_ first: Tensor, _ second: Tensor) -> Double {
      (first.expandingDimension(at: 1) - second.expandingDimension(at: 0)).norm(along: 2).mean().item
    }
    let energy = mean(codes, draws) - 0.5 * mean(codes, codes) - 0.5 * mean(draws, draws)
    let half = Double(size) / 2
    let expected = energy * tgamma(half) / (Double.pi.squareRoot() * tgamma(half + 0.5))
    #expect(relativeDifference(sliced, expected) < 0.05)
  }

  @Test("on the circle every frame gives the same distance, and a rotation changes nothing")
  func circle() throws {
    let prior = try prior("hypersphere", latentSize: 2)
    let regularizer = try makeRegularizer(SphericalSlicedWasserstein.self, prior, batch: 50)
    func codes(_ shift: Double) -> Tensor {
      let angles = (0..<50).map { 0.1 * Double($0) + 0.3 * sin(Double($0)) + shift }
      return Tensor(angles.flatMap { [Float(cos($0)), Float(sin($0))] }, shape: [50, 2])
    }
    let expected = value(regularizer, codes(0), prior)
    for (seed, shift) in [(1, 0.0), (2, 0.0), (3, 1.1), (4, 2.9), (5, -2)] as [(UInt64, Double)] {
      #expect(relativeDifference(value(regularizer, codes(shift), prior, seed: seed), expected) < 1e-4)
    }
    let even = (0..<50).flatMap { index -> [Float] in
      let angle = 2 * Double.pi * (Double(index) + 0.2) / 50
      return [Float(cos(angle)), Float(sin(angle))]
    }
    let least = value(regularizer, Tensor(even, shape: [50, 2]), prior)
    #expect(relativeDifference(least, 1 / (12 * 2500.0)) < 1e-4)
  }

  @Test("max-sliced finds a collapsed coordinate among many, which random directions hardly see")
  func collapsedCoordinate() throws {
    let prior = try prior("normal", latentSize: 16)
    let scales = Tensor((0..<16).map { $0 == 5 ? Float(0) : 1 })
    let codes = Tensor.normal([2048, 16], using: Generator(seed: 9)) * scales
    let largest = value(try makeRegularizer(MaxSlicedWasserstein.self, prior, batch: 2048), codes, prior)
    let mean = value(try makeRegularizer(SlicedWasserstein.self, prior, batch: 2048), codes, prior)
    #expect(largest > 0.95)
    #expect(mean < 0.05)
  }

  @Test("the previous direction is kept in training steps only, and only where it is asked for")
  func previousDirection() throws {
    let prior = try prior("normal", latentSize: 8)
    let codes = Tensor.normal([64, 8], using: Generator(seed: 10)) + 0.5
    for start in MaxSlicedWasserstein.Start.allCases {
      let regularizer = try makeRegularizer(MaxSlicedWasserstein.self, prior, batch: 64) {
        ($0.start, $0.starts) = (start, 1)
      }
      let before = try #require(regularizer.state["direction"]).copy()
      _ = regularizer.penalty(in: .init(codes, prior))
      #expect(relativeDifference(try #require(regularizer.state["direction"]), before) == 0)
      let first = regularizer.penalty(in: .init(leaf(codes), prior)).value.item
      let after = try #require(regularizer.state["direction"])
      #expect((relativeDifference(after, before) > 0.01) == (start == .previous))
      let second = regularizer.penalty(in: .init(leaf(codes), prior)).value.item
      #expect(second >= first - 1e-5)
    }
  }
}
