import Foundation
import Metrics
import MoCAProtocols
import Priors
import Testing

@Suite("Latent match with null bands")
struct LatentEvaluationTests {
  private static func prior(_ name: String, _ size: Int = 8) throws -> any Prior {
    try PriorCatalog.standard.entry(named: name).make(.empty, "prior", PriorContext(latentSize: size))
  }

  private func evaluation(_ codes: Tensor, _ prior: any Prior, seed: UInt64 = 5) throws -> LatentEvaluation {
    try LatentEvaluation(of: codes, against: prior, nullCount: 99, using: Generator(seed: seed))
  }

  /// The measures that refuse.
  private func refusals(_ codes: Tensor, _ prior: any Prior) throws -> Set<String> {
    Set(try evaluation(codes, prior).scores.filter { !$0.isMatched }.map(\.name))
  }

  @Test(
    "draws of the prior are refused as rarely as the level says",
    arguments: ["hypersphere", "normal", "dirichlet"])
  func calibration(_ name: String) throws {
    let prior = try Self.prior(name, 4)
    let generator = Generator(seed: 41)
    let rounds = name == "dirichlet" ? 10 : 40
    var probabilities: [String: [Double]] = [:]
    for _ in 0..<rounds {
      let codes = prior.sample(100, using: generator)
      let found = try LatentEvaluation(of: codes, against: prior, nullCount: 99, using: generator)
      for score in found.scores {
        probabilities[score.name, default: []].append(score.probability)
        #expect(score.value.isFinite && score.upper.isFinite)
      }
    }
    #expect(probabilities.count >= 6)
    for (measure, values) in probabilities {
      let mean = values.reduce(0, +) / Double(rounds)
      // The standard error of a mean of uniform values.
      let error = 1 / Double(12 * rounds).squareRoot()
      #expect(abs(mean - 0.5) < 3.7 * error, "\(measure): mean p \(mean)")
      #expect(values.count { $0 <= 0.01 } <= 3, "\(measure)")
    }
  }

  @Test("shifted, scaled and collapsed codes are refused by the measures that see them: normal prior")
  func normalMismatch() throws {
    let prior = try Self.prior("normal")
    let draws = prior.sample(300, using: Generator(seed: 7))
    let shifted = try refusals(draws + 0.3, prior)
    #expect(
      shifted.isSuperset(of: [
        "mmd", "slicedWasserstein", "cramerWold", "energy", "coordinateLaw", "classifier", "meanNorm",
      ]))
    #expect(shifted.isDisjoint(with: ["effectiveRank", "mardiaSkewness", "mardiaKurtosis"]))
    let scaled = try refusals(draws * 1.3, prior)
    #expect(scaled.isSuperset(of: ["mmd", "slicedWasserstein", "energy", "coordinateLaw", "radius"]))
    let narrow = try refusals(draws * 0.7, prior)
    #expect(narrow.isSuperset(of: ["mmd", "slicedWasserstein", "energy", "coordinateLaw", "radius"]))
    let flat = Tensor.concatenated(
      [draws.narrowed(along: 1, from: 0, count: 6), Tensor.zeros([300, 2])], along: 1)
    let collapsed = try refusals(flat, prior)
    #expect(
      collapsed.isSuperset(of: ["mmd", "slicedWasserstein", "coordinateLaw", "effectiveRank", "radius"]))
    let point = try evaluation(Tensor.ones([300, 8]), prior)
    #expect(point.scores.allSatisfy { $0.value.isFinite })
    #expect(point["mmd"]?.isMatched == false && point["mardiaKurtosis"]?.isMatched == false)
    let far = try evaluation(draws * 1e8, prior)
    #expect(far.scores.allSatisfy { $0.value.isFinite } && far["energy"]?.isMatched == false)
    let cube = (Tensor.uniform([300, 8], using: Generator(seed: 8)) * 2 - 1) * 3.0.squareRoot()
    #expect(try refusals(cube, prior).isSuperset(of: ["coordinateLaw", "mardiaKurtosis"]))
  }

  @Test("shifted, stretched and collapsed codes are refused by the measures that see them: sphere")
  func sphereMismatch() throws {
    let prior = try Self.prior("hypersphere")
    let noise = Tensor.normal([300, 8], using: Generator(seed: 9))
    let shifted = try refusals((noise + 0.3).normalized(along: 1), prior)
    #expect(
      shifted.isSuperset(of: [
        "mmd", "slicedWasserstein", "cramerWold", "energy", "coordinateLaw", "classifier",
        "sphericalSlicedWasserstein", "uniformityGap", "rayleigh", "directionLaw",
      ]))
    let axes = Tensor((0..<8).map { 0.5 + Float($0) / 7 }, shape: [1, 8])
    let stretched = try refusals((noise * axes).normalized(along: 1), prior)
    #expect(
      stretched.isSuperset(of: [
        "bingham", "largestEigenvalue", "effectiveRank", "coordinateLaw", "uniformityGap", "mmd",
        "classifier",
      ]))
    #expect(!stretched.contains("rayleigh"))
    let point = Tensor.ones([300, 8]).normalized(along: 1)
    let collapsed = try evaluation(point, prior)
    #expect(collapsed.scores.allSatisfy { $0.value.isFinite })
    #expect(Set(collapsed.scores.filter(\.isMatched).map(\.name)).isSubset(of: ["largestEigenvalue"]))
  }

  @Test("codes in bfloat16 are judged as their values in float32 are")
  func halfPrecision() throws {
    let prior = try Self.prior("hypersphere", 128)
    let codes = prior.sample(300, using: Generator(seed: 10)).to(dtype: .bfloat16)
    #expect(try evaluation(codes, prior).scores.count { !$0.isMatched } <= 1)
  }

  @Test(
    "the smallest latents work", arguments: [("hypersphere", 2), ("normal", 1), ("ball", 2), ("cube", 1)])
  func smallLatents(_ name: String, _ size: Int) throws {
    let prior = try Self.prior(name, size)
    let found = try evaluation(prior.sample(100, using: Generator(seed: 11)), prior)
    for score in found.scores { #expect(score.value.isFinite, "\(score.name)") }
    #expect(found.scores.count { !$0.isMatched } <= 1)
  }

  @Test("the same seed gives the same scores, and progress is told to its end")
  func repeatable() throws {
    let prior = try Self.prior("hypersphere")
    let codes = prior.sample(120, using: Generator(seed: 12))
    var told: [Int] = []
    let first = try LatentEvaluation(of: codes, against: prior, nullCount: 99, using: Generator(seed: 3)) {
      done, all in
      told.append(done)
      #expect(all == 199)
    }
    let second = try evaluation(codes, prior, seed: 3)
    #expect(first.scores == second.scores)
    #expect(told == Array(1...199))
    #expect(
      first["mmd"]?.codeCount == 120 && first["mmd"]?.nullCount == 99
        && first["effectiveRank"]?.nullCount == 199)
    #expect(first["radius"] == nil)
    let copy = try JSONDecoder().decode(LatentEvaluation.self, from: JSONEncoder().encode(first))
    #expect(copy.scores == first.scores)
  }

  @Test("codes that cannot be judged are refused with the reason")
  func refusedCodes() throws {
    let prior = try Self.prior("hypersphere", 80)
    let codes = prior.sample(200, using: Generator(seed: 13))
    let few = codes.narrowed(along: 0, from: 0, count: 150)
    #expect(throws: CodeError.tooFew(found: 150, needed: 160)) { try evaluation(few, prior) }
    let broken = Tensor.concatenated([codes, Tensor.full([2, 80], .nan)])
    #expect(throws: CodeError.notFinite(count: 2, of: 202)) { try evaluation(broken, prior) }
    let huge = Tensor.concatenated([codes, Tensor.full([1, 80], 1e20)])
    #expect(throws: CodeError.notFinite(count: 1, of: 201)) { try evaluation(huge, prior) }
    #expect(throws: CodeError.wrongShape(found: [200, 79], latentSize: 80)) {
      try evaluation(codes.narrowed(along: 1, from: 0, count: 79), prior)
    }
    let error = #expect(throws: CodeError.self) { try evaluation(codes * 2, prior) }
    #expect(error?.description.contains("unit sphere") == true)
  }
}
