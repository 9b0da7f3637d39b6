import Conformance
import MoCAProtocols
import Testing

@Suite("Memory is measured where the system tells it", .serialized)
struct CostTests {
  private static let kit = {
    var plan = ConformancePlan()
    (plan.nullCount, plan.replicateCount, plan.descentSteps, plan.batchSize) = (4, 2, 1, 32)
    return ConformanceKit(
      regularizers: RegularizerCatalog()
        .adding(Sound.self).adding(AllDifferences.self).adding(EveryScaleAtOnce.self),
      priors: .standard, posteriors: .standard, plan: plan)
  }()

  private func cost(of name: String) throws -> ConformanceResult {
    try #require(try Self.kit.report(of: name, against: "normal")[.cost])
  }

  @Test("a sound method stays within its limits, and its times are told")
  func sound() throws {
    let result = try cost(of: "sound")
    #expect(result.outcome == .passed, "\(result.detail)")
    #expect(result.detail.contains("ms at batch 64, 256, 1024"))
  }

  #if os(Linux)
    @Test(
      "all differences between codes, and a matrix of batch × population for every scale, are too much",
      arguments: ["all-differences", "every-scale-at-once"])
    func tooMuch(_ name: String) throws {
      let result = try cost(of: name)
      #expect(result.outcome == .failed, "\(result.detail)")
    }
  #endif
}
