import Conformance
import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("The kit checks methods of posteriors and networks on stub networks")
struct BrokenNetworkTests {
  private static let kit = Fixture.kit(
    RegularizerCatalog()
      .adding(SoundOfPosterior.self).adding(OrderDependentPosterior.self).adding(BatchDependentPosterior.self)
      .adding(WrongGradientPosterior.self).adding(NotFinitePosterior.self).adding(NotFiniteUnderAutocast.self)
      .adding(HiddenStatePosterior.self).adding(WrongObservation.self).adding(WrongGradientNetworks.self)
      .adding(WrongMinimumOfPosterior.self))

  private func failures(_ name: String) throws -> Set<ConformanceCheck> {
    Set(try Self.kit.report(of: name, against: "normal").failures.map(\.check))
  }

  @Test("a sound method of posteriors passes what applies, and the rest says why it does not")
  func sound() throws {
    let report = try Self.kit.report(of: "sound-of-posterior", against: "normal")
    #expect(report.isSound)
    let passed: [ConformanceCheck] = [
      .order, .batchSize, .gradients, .bfloat16, .finiteAtCollapse, .state,
    ]
    for result in report.results where result.check != .cost {
      #expect(result.outcome == (passed.contains(result.check) ? .passed : .notApplicable))
      #expect(result.outcome == .passed || result.detail.contains("each image's posterior"))
    }
  }

  @Test(
    "one defect fails one check",
    arguments: [
      ("order-dependent-posterior", ConformanceCheck.order), ("batch-dependent-posterior", .batchSize),
      ("wrong-gradient-posterior", .gradients), ("not-finite-posterior", .finiteAtCollapse),
      ("not-finite-under-autocast", .bfloat16), ("hidden-state-posterior", .state),
      ("wrong-observation", .gradients), ("wrong-gradient-networks", .gradients),
    ])
  func oneDefect(_ name: String, _ check: ConformanceCheck) throws {
    #expect(try failures(name) == [check])
  }

  @Test("a method of posteriors that takes samples of codes must have its minimum at the prior")
  func wrongMinimum() throws {
    #expect(try failures("wrong-minimum-of-posterior") == [.minimum, .scale])
  }

  @Test("what no posterior makes possible is refused with the regularizer's own reason")
  func refusal() {
    let error = #expect(throws: ConfigurationError.self) {
      try Fixture.kit().report(of: "kl", against: "cube")
    }
    #expect(error?.description.contains("needs the divergence of the posterior from the prior") == true)
    let sphere = #expect(throws: ConfigurationError.self) {
      try Fixture.kit().report(of: "vmf-kl", against: "normal")
    }
    #expect(sphere?.description.contains("unit sphere") == true)
  }
}
