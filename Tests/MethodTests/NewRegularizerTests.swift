import MoCAProtocols
import Priors
import Regularizers
import Testing

/// The squared length of the mean code: a regularizer in one file, as an outside package would write it.
final class MeanPenalty: RegularizerPlugin {
  static let name = "mean"
  static let summary = "pulls the mean of the codes to zero"
  static let reference = Citation.project

  struct Configuration: RegularizerConfiguration {
    @Setting("λ", .atLeast(0)) var weight: Weight = 1
    @Setting("factor of the penalty", .above(0)) var factor = 2.0

    init() {}
  }

  private let factor: Double

  init(_ configuration: Configuration, context: RegularizerContext) throws { factor = configuration.factor }

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(factor * context.samples.mean(along: 0).squared().sum())
  }
}

@Suite("A new regularizer is one file and one line in the catalog")
struct NewRegularizerTests {
  private let catalog = RegularizerCatalog.standard.adding(MeanPenalty.self)

  @Test("it is listed, described and found like the others")
  func catalogKnowsIt() throws {
    #expect(catalog.names == RegularizerCatalog.standard.names + ["mean"])
    let entry = try catalog.entry(named: "mean")
    #expect(entry.settings.map(\.key) == ["weight", "factor"])
    #expect(
      try entry.resolve(ConfigurationValue(override: "{factor: 3}"), "regularizer")["factor"] == .number(3))
    #expect(entry.type.defaultMemory == "batch")
    let error = #expect(throws: ConfigurationError.self) { try catalog.entry(named: "maen") }
    #expect(error?.description.contains("did you mean \"mean\"?") == true)
    #expect(throws: ConfigurationError.self) { try RegularizerCatalog.standard.entry(named: "mean") }
  }

  @Test(
    "it trains with every memory and prior", arguments: MemoryCatalog.standard.names,
    PriorCatalog.standard.names)
  func trains(_ memory: String, _ prior: String) throws {
    let run = try ToyRun(Combination(regularizer: "mean", memory: memory, prior: prior), catalog: catalog)
    let images = Tensor.uniform([8, 1, 28, 28], using: Generator(seed: 42))
    let outcome = run.step(images)
    #expect(outcome.loss.isFinite)
    #expect(outcome.featureGradient.absolute().maximum().item > 0)
  }
}
