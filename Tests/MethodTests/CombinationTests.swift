import MoCAProtocols
import Priors
import Regularizers
import Testing

@Suite("Every regularizer goes with every memory and prior")
struct CombinationTests {
  private let images = Tensor.uniform([8, 1, 28, 28], using: Generator(seed: 42)).channelsLast()

  private func isFinite(_ tensor: Tensor) -> Bool { tensor.isFinite.all().item == 1 }

  /// How many priors a method goes with, where these are not all: most of these are defined on the sphere.
  private static let bound = [
    "moca": 1, "decoupled-contrast": 1, "in-batch-contrast": 1, "simclr": 1, "uniformity": 1, "koleo": 1,
    "spherical-sliced-wasserstein": 1,
    // Quantiles of projections are known for these: hypersphere, normal, ball.
    "visreg": 3,
  ]

  @Test(
    "every memory goes with every regularizer that takes samples, and all but the bound ones with every prior"
  )
  func count() throws {
    for entry in RegularizerCatalog.standard.entries {
      let type = entry.type
      let found = Combination.all.filter { $0.regularizer == entry.name }
      #expect(Set(found.map(\.memory)) == (type.takesSamples ? Set(MemoryCatalog.standard.names) : ["batch"]))
      if type.subject == .codes {
        let expected = Self.bound[entry.name] ?? PriorCatalog.standard.names.count
        #expect(Set(found.map(\.prior)).count == expected, "\(entry.name)")
      } else {
        #expect(!found.isEmpty, "\(entry.name)")
      }
    }
  }

  @Test("steps give finite gradients and move everything that learns", arguments: Combination.all)
  func training(_ choice: Combination) throws {
    let run = try ToyRun(choice)
    let critic = run.regularizer.namedParameters().map { $0.parameter.wrappedValue.copy() }
    let keys = run.memory.state["queue.keys"]?.data
    for _ in 0..<3 {
      let outcome = run.step(images)
      #expect(outcome.loss.isFinite)
      let networks = run.encoder.trainableParameters() + run.decoder.trainableParameters()
      #expect(outcome.gradients.count >= networks.count || choice.regularizer == "gan")
      #expect(outcome.gradients.allSatisfy(isFinite))
      #expect(isFinite(outcome.featureGradient))
      #expect(outcome.featureGradient.absolute().maximum().item > 0 || !choice.pullsFeatures)
      #expect(outcome.diagnostics.allSatisfy { $0.tensor.shape == [] && !$0.tensor.requiresGradient })
    }
    for (before, after) in zip(critic, run.regularizer.namedParameters()) {
      #expect(before.data != after.parameter.wrappedValue.data, "\(after.name)")
    }
    if keys != nil { #expect(run.memory.state["queue.keys"]?.data != keys) }
  }

  @Test("a step under autocast in bfloat16 gives finite gradients", arguments: Combination.all)
  func bfloat16(_ choice: Combination) throws {
    let run = try ToyRun(choice)
    for _ in 0..<2 {
      let outcome = run.step(images, dtype: .bfloat16)
      #expect(outcome.loss.isFinite)
      #expect(outcome.gradients.allSatisfy { isFinite($0) && $0.dtype == .float32 })
      #expect(outcome.featureGradient.absolute().maximum().item > 0 || !choice.pullsFeatures)
    }
  }

  @Test("the control has no penalty and trains by reconstruction alone")
  func control() throws {
    let run = try ToyRun(Combination(regularizer: "none", memory: "batch", prior: "hypersphere"))
    let outcome = run.step(images)
    #expect(outcome.featureGradient.absolute().maximum().item == 0)
    #expect(outcome.gradients.allSatisfy(isFinite))
    #expect(!NoRegularizer.takesSamples)
  }

  @Test("MoCA with the normal prior is refused with the reason and the way out")
  func incompatible() {
    let error = #expect(throws: ConfigurationError.self) {
      try ToyRun(Combination(regularizer: "moca", memory: "momentum-queue", prior: "normal"))
    }
    #expect(
      error?.description
        == "the regularizer \"moca\" makes codes uniform on the unit sphere and cannot match this "
        + "prior; set prior=hypersphere, or choose another regularizer")
  }

  @Test("under one seed the regularizer and its memory change neither weights nor first reconstruction")
  func sameWeights() throws {
    let digests = try Combination.all
      .filter { $0.prior == "hypersphere" && !["vmf-kl", "rae-sn"].contains($0.regularizer) }
      .map { choice in
        let run = try ToyRun(choice, seed: 17)
        let latents = run.prior.project(run.encoder.encode(images).narrowed(along: 1, from: 0, count: 4))
        let state = run.encoder.namedTensors() + run.decoder.namedTensors()
        return state.map(\.tensor.data) + [run.decoder.decode(latents).data]
      }
    #expect(Set(digests).count == 1)
    let run = try ToyRun(.init(regularizer: "mmd", memory: "queue", prior: "hypersphere"), seed: 17)
    let other = try ToyRun(.init(regularizer: "mmd", memory: "queue", prior: "hypersphere"), seed: 18)
    #expect(run.encoder.namedTensors()[0].tensor.data != other.encoder.namedTensors()[0].tensor.data)
  }

  @Test("stored random streams continue with the same bits")
  func streamStates() throws {
    let first = streams(5)
    _ = Tensor.normal([3], using: first[.prior])
    _ = Tensor.normal([3], using: first[.projections])
    let second = streams(6)
    try second.restore(first.states.map { NamedTensor($0.name, $0.tensor.copy()) })
    #expect(first.states.map(\.name) == ["prior", "projections"])
    for stream in [RandomStream.prior, .projections] {
      #expect(Tensor.normal([9], using: first[stream]).data == Tensor.normal([9], using: second[stream]).data)
    }
    #expect(RandomStreams.seed(of: .prior, from: 1) != RandomStreams.seed(of: .prior, from: 2))
    #expect(RandomStreams.seed(of: .prior, from: 1) != RandomStreams.seed(of: .projections, from: 1))
  }
}
