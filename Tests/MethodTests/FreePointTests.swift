import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Free codes on the sphere become uniform")
struct FreePointTests {
  private static let (count, size) = (256, 8)

  /// N d |mean|², chi-squared with d degrees of freedom for uniform codes (Mardia and Jupp).
  private func rayleigh(_ codes: Tensor) -> Double {
    Double(Self.count * Self.size) * codes.mean(along: 0).squared().sum().item
  }

  /// |Σ − I/d|² N d, where Σ is the second moment: about d²/2 for uniform codes.
  private func anisotropy(_ codes: Tensor) -> Double {
    let moment = codes.transposed().matmul(codes) / Double(Self.count)
    let gap = moment - Tensor.identity(Self.size) / Double(Self.size)
    return gap.squared().sum().item * Double(Self.count * Self.size)
  }

  /// Moves the codes by Adam under one regularizer, from a cluster with an elongated shape.
  private func optimized(_ name: String) throws -> (start: Tensor, end: Tensor) {
    let prior = try prior("hypersphere", latentSize: Self.size)
    let regularizer = try RegularizerCatalog.standard.entry(named: name).make(
      .empty, "regularizer",
      .init(prior: prior, batchSize: Self.count, populationSize: 0, generator: Generator(seed: 0)))
    let spread = Tensor((0..<Self.size).map { Float(0.3 + 0.2 * Double($0)) })
    let start = Tensor.normal([Self.count, Self.size], using: Generator(seed: 1)) * spread + 0.5
    let points = Parameter(wrappedValue: start.copy())
    let optimizer = Adam([("points", points)])
    let streams = streams(2)
    for step in 0..<300 {
      let codes = prior.project(points.wrappedValue)
      let context = RegularizationContext(
        latents: codes, recollection: Recollection(keys: codes.detached(), population: nil), prior: prior,
        streams: streams)
      optimizer.clearGradients()
      regularizer.penalty(in: context).value.backward()
      optimizer.step(learningRate: 0.05 * (1 - Double(step) / 300))
    }
    return (prior.project(start), prior.project(points.wrappedValue.detached()))
  }

  @Test(
    "mean and second moment of the codes end like a uniform sample's",
    arguments: [
      "mmd", "sliced-wasserstein", "moca",
    ])
  func becomesUniform(_ name: String) throws {
    let (start, end) = try optimized(name)
    #expect(rayleigh(start) > 200)
    // The 99.9 % quantile of the chi-squared distribution with 8 degrees of freedom.
    #expect(rayleigh(end) < 26.12)
    #expect(anisotropy(end) < anisotropy(start) / 4)
    #expect(abs((end.norm(along: 1) - 1).absolute().maximum().item) < 1e-5)
  }
}
