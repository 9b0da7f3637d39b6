import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Limits of the maximum mean discrepancy")
struct KernelLimitTests {
  private func make(
    _ prior: any Prior, batch: Int = 8, _ change: (inout MaximumMeanDiscrepancy.Configuration) -> Void
  ) throws -> MaximumMeanDiscrepancy {
    var configuration = MaximumMeanDiscrepancy.Configuration()
    change(&configuration)
    return try MaximumMeanDiscrepancy(
      configuration,
      context: .init(prior: prior, batchSize: batch, populationSize: 0, generator: Generator(seed: 0)))
  }

  @Test(
    "values and gradients are finite where codes coincide, in bfloat16's grid and in batches of two",
    arguments: MaximumMeanDiscrepancy.Kernel.allCases, [2, 128])
  func finite(_ kernel: MaximumMeanDiscrepancy.Kernel, _ dimension: Int) throws {
    for name in ["hypersphere", "normal"] {
      let prior = try prior(name, latentSize: dimension)
      let generator = Generator(seed: 11)
      let one = prior.sample(1, using: generator)
      let rounded = prior.sample(32, using: generator).to(dtype: .bfloat16).to(dtype: .float32)
      for codes in [one.expanded(to: [2, dimension]), one.expanded(to: [32, dimension]), rounded] {
        for population in [nil, .concatenated([codes, codes])] as [Tensor?] {
          for reference in MaximumMeanDiscrepancy.Reference.allCases {
            if reference == .analytic, name == "normal", kernel != .rbf { continue }
            let regularizer = try make(prior) { ($0.kernel, $0.reference) = (kernel, reference) }
            let codes = leaf(codes)
            let penalty = regularizer.penalty(in: .init(codes, prior, population: population)).value
            #expect(penalty.isFinite.item == 1)
            let gradient = penalty.gradients(withRespectTo: [codes])[0]
            #expect(gradient.isFinite.all().item == 1)
            #expect(gradient.absolute().maximum().item < 100)
          }
        }
      }
    }
  }

  @Test(
    "the analytic form is refused where it is not known, with the reason",
    arguments: ["imq", "energy", "laplace"])
  func analytic(_ kernel: String) throws {
    let normal = try prior("normal", latentSize: 4)
    let error = #expect(throws: ConfigurationError.self) {
      try make(normal) {
        $0.kernel = MaximumMeanDiscrepancy.Kernel(rawValue: kernel) ?? .rbf
        $0.reference = .analytic
      }
    }
    #expect(error?.description.contains("those of \"\(kernel)\" under this prior") == true)
    #expect(error?.description.contains("set prior=hypersphere, or regularizer.reference=draws") == true)
    #expect(throws: Never.self) {
      try make(normal) { ($0.kernel, $0.reference) = (.rbf, .analytic) }
    }
  }

  @Test(
    "settings that do not go together are refused",
    arguments: [
      "bandwidth: 1", "{kernel: energy, bandwidth: 1}", "{reference: analytic, draws: 8}", "scales: []",
    ])
  func settings(_ text: String) {
    #expect(throws: ConfigurationError.self) {
      try MaximumMeanDiscrepancy.Configuration(ConfigurationValue(yaml: text), path: "regularizer")
    }
  }

  @Test("one code alone has no pairs")
  func pairs() throws {
    let prior = try prior("normal", latentSize: 4)
    let error = #expect(throws: ConfigurationError.self) { try make(prior, batch: 1) { _ in } }
    #expect(error?.description.contains("training.batch") == true)
  }
}
