import Conformance
import Foundation
import MoCAProtocols
import Testing

@Suite("The kit finds what is broken, and only that")
struct BrokenMethodTests {
  private static let kit = Fixture.kit(
    RegularizerCatalog()
      .adding(Sound.self).adding(WrongMinimum.self).adding(OrderDependent.self).adding(BatchDependent.self)
      .adding(NotFiniteAtCollapse.self).adding(WrongGradient.self).adding(HiddenState.self)
      .adding(BlindToDirection.self).adding(Excepted.self).adding(BiasedKernel.self)
      .adding(NotFiniteAtOrigin.self).adding(NotFiniteRounded.self).adding(SoundQueue.self)
      .adding(WrongQueueGradient.self))

  private func failures(_ name: String, _ prior: String = "normal") throws -> Set<ConformanceCheck> {
    Set(try Self.kit.report(of: name, against: prior).failures.map(\.check))
  }

  @Test(
    "a sound method passes with every geometry",
    arguments: ["hypersphere", "normal"])
  func sound(_ prior: String) throws {
    #expect(try failures("sound", prior).isEmpty)
  }

  @Test("a sound method with a queue of its own passes, with live codes that pull for stored ones")
  func soundQueue() throws {
    #expect(try failures("sound-queue").isEmpty)
  }

  @Test(
    "one defect fails one check",
    arguments: [
      ("order-dependent", ConformanceCheck.order), ("batch-dependent", .batchSize),
      ("wrong-gradient", .gradients), ("hidden-state", .state), ("biased-kernel", .batchSize),
      ("wrong-queue-gradient", .gradients),
    ])
  func oneDefect(_ name: String, _ check: ConformanceCheck) throws {
    #expect(try failures(name) == [check])
  }

  @Test("a minimum elsewhere fails the descent, and codes at that scale score better than draws")
  func wrongMinimum() throws {
    #expect(try failures("wrong-minimum") == [.minimum, .scale])
  }

  @Test("a division by the spread fails at collapse only")
  func notFiniteAtCollapse() throws {
    #expect(try failures("not-finite-at-collapse") == [.collapse, .finiteAtCollapse])
  }

  @Test("a division that fails at the origin alone is found there")
  func notFiniteAtOrigin() throws {
    let report = try Self.kit.report(of: "not-finite-at-origin", against: "normal")
    #expect(Set(report.failures.map(\.check)) == [.collapse, .finiteAtCollapse])
    #expect(report[.finiteAtCollapse]?.detail.contains("at the centre") == true)
    #expect(report[.finiteAtCollapse]?.detail.contains("at a draw") == false)
    #expect(report[.collapse]?.detail.contains("not finite") == true)
  }

  @Test("a logarithm that fails on codes rounded to bfloat16 is found there")
  func notFiniteRounded() throws {
    #expect(try failures("not-finite-rounded") == [.bfloat16])
  }

  @Test("a penalty of lengths alone misses rotation and the dropped half")
  func blindToDirection() throws {
    let failures = try failures("blind-to-direction")
    #expect(failures.isSuperset(of: [.partialRotation, .droppedMode]))
    #expect(failures.isDisjoint(with: [.order, .batchSize, .gradients, .state, .bfloat16]))
  }

  @Test("a failure that the definition explains is reported with the reason and does not count")
  func exception() throws {
    let report = try Self.kit.report(of: "excepted", against: "normal")
    #expect(report.isSound)
    #expect(report[.batchSize]?.outcome == .excepted)
    #expect(report[.batchSize]?.detail.contains("by definition") == true)
  }

  @Test("a report survives JSON")
  func json() throws {
    let report = try Self.kit.report(of: "sound", against: "normal")
    let copy = try JSONDecoder().decode(ConformanceReport.self, from: JSONEncoder().encode(report))
    #expect(copy.results.map(\.outcome) == report.results.map(\.outcome))
    #expect(copy.results.map(\.detail) == report.results.map(\.detail))
  }

  @Test("the same plan gives the same numbers")
  func isDeterministic() throws {
    let reports = try (0..<2).map { _ in try Self.kit.report(of: "sound", against: "normal") }
    #expect(reports[0].results.map(\.value) == reports[1].results.map(\.value))
  }
}
