import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The sliced Wasserstein distance")
struct SlicedWassersteinTests {
  private struct Summary: Decodable {
    struct Sliced: Decodable {
      let values: [String: Double]
    }

    let sliced: Sliced
  }

  /// Value and gradient with respect to the codes, in `Double` by loops: the mean over directions and ranks of
  /// the squared difference; `targets[l]` is ascending.
  private func bruteForce(
    _ codes: [[Double]], _ directions: [[Double]], _ targets: [[Double]]
  ) -> (value: Double, gradient: [Double]) {
    let (count, size) = (codes.count, codes[0].count)
    var value = 0.0
    var gradient = [[Double]](repeating: [Double](repeating: 0, count: size), count: count)
    let scale = 1 / Double(count * directions.count)
    for (direction, target) in zip(directions, targets) {
      let projected = codes.map { zip($0, direction).map(*).reduce(0, +) }
      for (rank, index) in projected.indices.sorted(by: { projected[$0] < projected[$1] }).enumerated() {
        let gap = projected[index] - target[rank]
        value += gap * gap * scale
        for axis in 0..<size { gradient[index][axis] += 2 * gap * direction[axis] * scale }
      }
    }
    return (value, gradient.flatMap { $0 })
  }

  private func rows(_ matrix: Tensor) -> [[Double]] {
    (0..<matrix.shape[0]).map { matrix.selected(along: 0, at: $0).doubles }
  }

  private func targets(
    _ reference: String, _ prior: any Prior, _ draws: Tensor, _ directions: [[Double]], count: Int
  ) throws -> [[Double]] {
    if reference == "quantiles" {
      let quantiles = try #require(prior.projectionQuantiles(count))
      return directions.map { _ in quantiles }
    }
    let draws = rows(draws)
    return directions.map { direction in draws.map { zip($0, direction).map(*).reduce(0, +) }.sorted() }
  }

  @Test(
    "the loops of this test give the reference's value and gradient", arguments: ["sphere", "normal"],
    ["draws", "quantiles"])
  func loopsAreRight(_ name: String, _ reference: String) throws {
    let fixtures = try Fixtures.tensors("latent")
    let directions = rows(try fixtures["projections"])
    let targets = try targets(
      reference, try prior(catalogName(name), latentSize: 8), try fixtures["draws.\(name)"], directions,
      count: 24)
    let found = bruteForce(rows(try fixtures["codes.\(name)"]), directions, targets)
    let expected = try #require(
      try Fixtures.values("latent", as: Summary.self).sliced.values["\(name).\(reference)"])
    #expect(relativeDifference(found.value, expected) < 1e-5)
    #expect(
      relativeDifference(
        Tensor(found.gradient, shape: [24, 8]), try fixtures["gradients.sliced.\(name).\(reference)"]) < 1e-5)
  }

  @Test(
    "on the directions of its stream the method equals the loops", arguments: ["sphere", "normal"],
    ["draws", "quantiles"])
  func equalsLoops(_ name: String, _ reference: String) throws {
    let fixtures = try Fixtures.tensors("latent")
    let draws = try fixtures["draws.\(name)"]
    let prior = FixedPrior(try prior(catalogName(name), latentSize: 8), draws: draws)
    var configuration = SlicedWasserstein.Configuration()
    configuration.projections = 16
    configuration.reference = reference == "draws" ? .draws : .quantiles
    let regularizer = try SlicedWasserstein(
      configuration,
      context: .init(prior: prior, batchSize: 24, populationSize: 0, generator: Generator(seed: 0)))
    let codes = leaf(try fixtures["codes.\(name)"])
    let value = regularizer.penalty(in: .init(codes, prior, seed: 12)).value
    let columns = Tensor.normal([8, 16], using: streams(12)[.projections]).normalized(along: 0)
    let directions = rows(columns.transposed())
    let expected = bruteForce(
      rows(codes), directions, try targets(reference, prior, draws, directions, count: 24))
    #expect(relativeDifference(value.item, expected.value) < 1e-5)
    #expect(
      relativeDifference(
        value.gradients(withRespectTo: [codes])[0], Tensor(expected.gradient, shape: [24, 8])) < 1e-4)
  }

  @Test("another number of codes than planned is compared with its own quantiles")
  func otherCount() throws {
    let prior = try prior("hypersphere", latentSize: 8)
    let codes = try Fixtures.tensors("latent")["codes.sphere"]
    let values = try [24, 30].map { planned in
      try SlicedWasserstein(
        .init(),
        context: .init(prior: prior, batchSize: planned, populationSize: 0, generator: Generator(seed: 0))
      ).penalty(in: .init(codes, prior)).value.item
    }
    #expect(relativeDifference(values[0], values[1]) < 1e-6)
  }

  @Test("the distance to exactly uniform codes falls as their number grows")
  func vanishes() throws {
    let prior = try prior("hypersphere", latentSize: 8)
    let values = try [64, 4096].map { count in
      try SlicedWasserstein(
        .init(),
        context: .init(prior: prior, batchSize: count, populationSize: 0, generator: Generator(seed: 0))
      ).penalty(in: .init(prior.sample(count, using: Generator(seed: 2)), prior)).value.item
    }
    // The expectation is of the order of 1/(d N).
    #expect(values[1] < values[0] / 16)
    #expect(values[1] < 3 / (8 * 4096))
  }
}
