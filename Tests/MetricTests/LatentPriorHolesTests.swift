import Foundation
import Metrics
import MoCAProtocols
import Priors
import Testing

@Suite("Holes of the prior")
struct LatentPriorHolesTests {
  private let prior: any Prior

  init() throws {
    prior = try PriorCatalog.standard.entry(named: "hypersphere")
      .make(.empty, "prior", PriorContext(latentSize: 4))
  }

  private func holes(_ codes: Tensor, _ encode: (Tensor) -> Tensor) throws -> PriorHoles {
    try PriorHoles(
      prior: prior, decode: { $0 * 1 }, encode: encode, count: 500, heldOutCodes: codes,
      using: Generator(seed: 2))
  }

  @Test("a rotation by a known angle is the drift, and codes that fill the prior leave 5 % in excess")
  func filled() throws {
    let noise = Generator(seed: 3)
    let codes = prior.sample(500, using: Generator(seed: 1))
    let found = try holes(codes) { images in
      let step = Tensor.normal(images.shape, using: noise)
      let across = (step - images * (step * images).sum(along: 1, keepsDimensions: true)).normalized(along: 1)
      return images * cos(0.1) + across * sin(0.1)
    }
    #expect(abs(found.draws.median - 0.1) < 1e-5 && abs(found.codes.upper - 0.1) < 1e-5)
    #expect(abs(found.ratio - 1) < 1e-4)
    let random = try holes(codes) {
      (($0 + Tensor.normal($0.shape, using: noise) * 0.05)).normalized(along: 1)
    }
    #expect(abs(random.excess - 0.05) < 0.04 && abs(random.ratio - 1) < 0.1)
    #expect(random.probability > 0.01 && abs(random.nullMedian - 0.05) < 0.02)
  }

  @Test("draws where no codes are come back elsewhere")
  func hole() throws {
    // Codes with a first coordinate of at least zero; the encoder knows no others.
    let all = prior.sample(500, using: Generator(seed: 1))
    let fold = { (points: Tensor) in
      let first = points.narrowed(along: 1, from: 0, count: 1).absolute()
      return Tensor.concatenated([first, points.narrowed(along: 1, from: 1, count: 3)], along: 1)
    }
    let found = try holes(fold(all), fold)
    #expect(found.codes.upper < 1e-6)
    #expect(abs(found.excess - 0.5) < 0.07)
    #expect(found.probability == 0.005 && found.nullUpper < 0.2)
  }

  @Test("codes that come back without a value are an error")
  func broken() {
    let codes = prior.sample(100, using: Generator(seed: 1))
    #expect(throws: CodeError.self) { try holes(codes) { $0 * .nan } }
    #expect(throws: CodeError.tooFew(found: 3, needed: 20)) {
      try holes(codes.narrowed(along: 0, from: 0, count: 3)) { $0 }
    }
  }
}
