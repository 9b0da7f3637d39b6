import MoCAProtocols

/// One regularizer under test, with the prior that it shall match.
struct Specimen {
  let entry: RegularizerCatalog.Entry
  let settings: ConfigurationValue
  let prior: any Prior
  let shape: PriorShape
  /// What the penalty is a function of.
  let subject: PenaltySubject
  /// Whether samples of codes are compared.
  let takesSamples: Bool
  /// Whether the method's own memory is a queue; then distributions fill a population as well.
  let takesPopulation: Bool
  /// For methods that look at more than codes.
  let networks: StubNetworks?

  init(
    _ entry: RegularizerCatalog.Entry, settings: ConfigurationValue, prior: any Prior,
    networks: StubNetworks? = nil
  ) {
    self.entry = entry
    self.settings = settings
    self.prior = prior
    self.networks = networks
    shape = PriorShape(of: prior, using: Generator(seed: 11))
    subject = entry.type.subject
    takesSamples = entry.type.takesSamples
    takesPopulation = takesSamples && entry.type.defaultMemory != "batch"
  }

  /// Whether the penalty says how far the codes together are from the prior: it is one of codes, or one of posteriors
  /// that takes samples of codes as well.
  var judgesCodes: Bool { subject == .codes || (subject == .posterior && takesSamples) }

  /// A new instance; `seed` decides the initial weights of a critic. The population is as large as the batch unless
  /// another size is given, for methods that have one.
  func make(batch: Int, population: Int? = nil, seed: UInt64 = 0) throws -> any LatentRegularizer {
    try entry.make(
      settings, "regularizer",
      RegularizerContext(
        prior: prior, batchSize: batch, populationSize: population ?? (takesPopulation ? batch : 0),
        generator: Generator(seed: seed), posterior: networks?.posterior,
        makeEncoder: networks.map { networks in { networks.makeEncoder(featureCount: $0) } }))
  }

  /// Stored codes, as many as the batch's; `nil` for a method without a queue of its own.
  func population(of distribution: CodeDistribution, batch: Int, seed: UInt64) -> Tensor? {
    takesPopulation ? codes(of: distribution, count: batch, seed: seed) : nil
  }

  /// Codes of a distribution; each `seed` gives other ones.
  func codes(of distribution: CodeDistribution, count: Int, seed: UInt64) -> Tensor {
    distribution.sample(count, from: prior, shape, using: Generator(seed: seed))
  }

  /// A step whose codes are given; the keys are the codes themselves unless others are given.
  func context(
    _ codes: Tensor, keys: Tensor? = nil, population: Tensor? = nil, streams: RandomStreams
  ) -> RegularizationContext {
    RegularizationContext(
      latents: codes,
      recollection: Recollection(keys: (keys ?? codes).detached(), population: population?.detached()),
      prior: prior, streams: streams, pass: networks?.pass(with: codes))
  }

  /// The penalty of codes; the same `seed` gives the same random numbers.
  func value(
    of regularizer: any LatentRegularizer, _ codes: Tensor, keys: Tensor? = nil, population: Tensor? = nil,
    seed: UInt64 = 0
  ) -> Double {
    let streams = RandomStreams(seed: seed, device: .cpu)
    return regularizer.penalty(in: context(codes, keys: keys, population: population, streams: streams))
      .value.item
  }

  /// The penalty of codes and its gradient along the support; the keys are the codes.
  func gradient(
    of regularizer: any LatentRegularizer, _ codes: Tensor, population: Tensor? = nil, seed: UInt64 = 0
  ) -> Slope {
    let leaf = codes.detached().copy()
    leaf.setRequiresGradient(true)
    let live = prior.geometry.parametrized(leaf)
    let streams = RandomStreams(seed: seed, device: .cpu)
    let context = context(live, keys: codes, population: population, streams: streams)
    let penalty = regularizer.penalty(in: context).value
    let gradient =
      penalty.requiresGradient ? penalty.gradients(withRespectTo: [leaf])[0] : leaf.detached() * 0
    return Slope(value: penalty.item, gradient: gradient.detached())
  }
}

/// A penalty with its gradient.
struct Slope {
  let value: Double
  /// Of the codes' shape.
  let gradient: Tensor

  var isFinite: Bool { value.isFinite && gradient.isFinite.all().item != 0 }
}

extension Specimen {
  /// Penalties of `count` batches whose codes follow a distribution.
  ///
  /// One instance sees all of them, after three to warm up, as in training.
  ///
  /// A critic's penalty means nothing before it has seen the codes. It is first trained for `criticSteps` on codes of
  /// the distribution; each number is then the penalty of new codes less that of as many draws of the prior
  /// under this critic. At the prior its mean is zero however far the critic has come.
  func penalties(of distribution: CodeDistribution, count: Int, batch: Int, criticSteps: Int) throws
    -> [Double]
  {
    let population = takesPopulation ? batch : 0
    let regularizer = try make(batch: batch, population: population)
    let critic = CriticTrainer(regularizer)
    for step in 0..<UInt64(critic == nil ? 0 : criticSteps) {
      let codes = codes(of: distribution, count: min(batch, 128), seed: 100_000 + step)
      critic?.step(context(codes, streams: RandomStreams(seed: step, device: .cpu)))
    }
    let measure = { (distribution: CodeDistribution, seed: UInt64) in
      let all = codes(of: distribution, count: batch + population, seed: seed)
      let stored = population > 0 ? all.narrowed(along: 0, from: batch, count: population) : nil
      return value(
        of: regularizer, all.narrowed(along: 0, from: 0, count: batch), population: stored, seed: seed)
    }
    return (0..<UInt64(count + 3)).map { seed in
      measure(distribution, 1000 + seed) - (critic == nil ? 0 : measure(.prior, 2000 + seed))
    }
    .suffix(count)
  }
}

/// Trains a regularizer's critic as the run does.
struct CriticTrainer {
  private let regularizer: any AdversarialRegularizer
  private let optimizer: any Optimizer

  /// `nil` for a regularizer without a critic.
  init?(_ regularizer: any LatentRegularizer) {
    guard let regularizer = regularizer as? any AdversarialRegularizer else { return nil }
    self.regularizer = regularizer
    optimizer = regularizer.makeCriticOptimizer(for: regularizer.trainableParameters())
  }

  func step(_ context: RegularizationContext) {
    optimizer.clearGradients()
    regularizer.criticLoss(in: context.detached).backward()
    optimizer.step(learningRate: regularizer.criticLearningRate)
  }
}
