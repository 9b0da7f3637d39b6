import Conformance
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// A regularizer and a prior that go together.
struct Pair: Sendable, CustomTestStringConvertible {
  let regularizer: String
  let prior: String

  var testDescription: String { "\(regularizer) against \(prior)" }

  /// Every pair of the standard catalogs that can be built.
  static let all: [Pair] = RegularizerCatalog.standard.entries.flatMap { entry -> [Pair] in
    let priors = (try? Fixture.kit().priors(for: entry.name, settings: Fixture.settings(entry.name))) ?? []
    return priors.map { Pair(regularizer: entry.name, prior: $0) }
  }
}

enum Fixture {
  /// The standard catalogs with a plan that answers in seconds. Time and memory are left out: other tests run at
  /// the same time.
  static func kit(_ regularizers: RegularizerCatalog = .standard) -> ConformanceKit {
    var plan = ConformancePlan()
    plan.measuresCost = false
    return ConformanceKit(regularizers: regularizers, priors: .standard, posteriors: .standard, plan: plan)
  }

  /// Fewer directions and a smaller critic, where the method has them: the defaults take too long for a test.
  static func settings(_ name: String) -> ConfigurationValue {
    let keys = (try? RegularizerCatalog.standard.entry(named: name).settings.map(\.key)) ?? []
    let smaller: [(String, ConfigurationValue)] = [
      ("width", .integer(64)), ("depth", .integer(2)), ("criticLearningRate", .number(0.003)),
      ("slices", .integer(64)), ("projections", .integer(64)),
    ]
    return .object(smaller.filter { keys.contains($0.0) }.map { .init($0.0, $0.1) })
  }
}

@Suite("Every regularizer conforms with every prior that it can match")
struct CatalogConformanceTests {
  @Test("the kit finds no failure", arguments: Pair.all)
  func conforms(_ pair: Pair) throws {
    let report = try Fixture.kit().report(
      of: pair.regularizer, against: pair.prior, settings: Fixture.settings(pair.regularizer))
    for check in ConformanceCheck.allCases {
      let result = try #require(report[check])
      #expect(
        result.outcome != .failed, "\(pair.testDescription): \(check.rawValue): \(result.detail)")
    }
  }

  @Test("every method goes with at least one prior, and the list of pairs is not empty")
  func pairsExist() {
    let methods = RegularizerCatalog.standard.entries
    #expect(methods.count >= 4)
    for method in methods {
      #expect(Pair.all.contains { $0.regularizer == method.name }, "\(method.name) goes with no prior")
    }
  }

  @Test("exceptions are stated in words")
  func exceptions() {
    for entry in RegularizerCatalog.standard.entries {
      for (check, reason) in entry.type.exceptions {
        #expect(reason.count > 20, "\(entry.name) excepts \(check.rawValue) without a reason")
      }
    }
  }

  @Test("the control is held to a step of stub networks, and not to the distribution of its codes")
  func control() throws {
    let report = try Fixture.kit().report(of: "none", against: "normal")
    #expect(report[.gradients]?.outcome == .passed && report[.state]?.outcome == .passed)
    #expect(report[.shift]?.outcome == .notApplicable)
    #expect(report[.shift]?.detail.contains("the codes may follow any distribution") == true)
  }

  @Test("InfoVAE is held to the distribution of its codes, with the distribution of each image the same")
  func infoVAE() throws {
    let report = try Fixture.kit().report(of: "info-vae", against: "normal")
    for check in [ConformanceCheck.minimum, .shift, .scale, .partialRotation, .droppedMode, .collapse] {
      #expect(report[check]?.outcome == .passed)
    }
  }
}
