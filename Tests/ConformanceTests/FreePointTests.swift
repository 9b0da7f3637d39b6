import Conformance
import Metrics
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Free codes arrive at the prior, by measures that are not the one trained")
struct FreeCodeTests {
  private static func kit(_ regularizers: RegularizerCatalog = .standard) -> ConformanceKit {
    var plan = ConformancePlan()
    (plan.freePointCount, plan.freePointSteps) = (256, 300)
    return ConformanceKit(regularizers: regularizers, priors: .standard, posteriors: .standard, plan: plan)
  }

  /// Every method of codes with the prior that it is defined with, but for those that except free points, and those with
  /// a critic: these arrive too, in 550 to 900 steps, which takes minutes (`Docs/Results/free-points.json`).
  private static let methods: [Pair] = RegularizerCatalog.standard.entries.compactMap { entry in
    let type = entry.type
    guard type.subject == .codes else { return nil }
    if type.exceptions[.freePoints] != nil || type is any AdversarialRegularizer.Type { return nil }
    return Pair(regularizer: entry.name, prior: type.defaultPrior ?? "hypersphere")
  }

  @Test("1,024 codes arrive within 300 steps", arguments: methods, [2, 16, 64])
  func arrive(_ pair: Pair, _ latentSize: Int) throws {
    var plan = ConformancePlan()
    plan.freePointSteps = 300
    let kit = ConformanceKit(regularizers: .standard, priors: .standard, posteriors: .standard, plan: plan)
    let run = try kit.freePoints(
      of: pair.regularizer, against: pair.prior, latentSize: latentSize,
      settings: pair.regularizer == "sigreg" ? .object([.init("slices", .integer(64))]) : .empty)
    #expect(run.start.allSatisfy { !$0.isMet })
    #expect(run.isMet, "\(pair.testDescription): \(run.summary)")
    #expect(run.codes.count == 1024 && run.codes.allSatisfy { $0.count == latentSize })
  }

  @Test("a method that sees lengths alone does not arrive")
  func blind() throws {
    let kit = Self.kit(RegularizerCatalog().adding(BlindToDirection.self))
    let run = try kit.freePoints(of: "blind-to-direction", against: "normal", latentSize: 4)
    #expect(!run.isMet && run.steps == 300)
  }

  @Test("codes that only pass by have not arrived")
  func passesBy() throws {
    let kit = Self.kit(RegularizerCatalog().adding(Sound.self).adding(PassesBy.self))
    let sound = try kit.freePoints(of: "sound", against: "normal", latentSize: 4)
    #expect(sound.isMet)
    // The first of the two looks at which it had arrived.
    let steps = ConfigurationValue.object([.init("weight", .integer(sound.steps - 25))])
    let run = try kit.freePoints(of: "passes-by", against: "normal", latentSize: 4, settings: steps)
    #expect(!run.isMet && run.steps == 300)
  }

  @Test("draws of the prior lie in the null band of both measures, and shifted ones in neither")
  func lawTest() throws {
    let prior = try PriorCatalog.standard.entry(named: "normal").make(
      .empty, "prior", PriorContext(latentSize: 4))
    let test = LawTest(of: prior, count: 256, using: Generator(seed: 0))
    let draws = prior.sample(256, using: Generator(seed: 1))
    let seen = test.scores(of: draws)
    #expect(seen.allSatisfy { $0.isMet })
    #expect(test.scores(of: draws + 0.5).allSatisfy { !$0.isMet })
    #expect(test.scores(of: draws * 0).allSatisfy { !$0.isMet })
    #expect(test.scores(of: draws * .nan).allSatisfy { $0.value == nil && !$0.isMet })
  }
}
