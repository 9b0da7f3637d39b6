import MoCAProtocols

/// Builds regularizers with every prior, posterior and memory.
struct CompatibilityTrial {
  private let catalogs: Catalogs
  private let latentSize = 8
  private let batchSize = 16

  init(_ catalogs: Catalogs) { self.catalogs = catalogs }

  /// The marks of a regularizer: priors, posteriors, memories.
  func marks(of regularizer: String) throws -> [CompatibilityMatrix.Mark] {
    let type = try catalogs.regularizers.entry(named: regularizer).type
    let attempts = try attempts(with: regularizer)
    let prior = type.defaultPrior ?? Experiment.standardChoice(in: "prior")
    let posterior = type.defaultPosterior ?? Experiment.standardChoice(in: "posterior")
    return catalogs.priors.names.map { name in
      mark(attempts.filter { $0.prior == name }, isStandard: name == prior)
    }
      + catalogs.posteriors.names.map { name in
        mark(attempts.filter { $0.posterior == name }, isStandard: name == posterior)
      }
      + (try memories(of: regularizer, type, attempts))
  }

  /// How building a regularizer with a prior and a posterior went.
  private struct Attempt {
    let prior: String
    let posterior: String
    /// `nil` where it went well.
    let refusal: String?
    /// Whether the posterior could not be built with the prior, so that the regularizer was not asked.
    let isPosteriorsOwn: Bool
  }

  /// Every pair of which the prior or the posterior has not gone with the regularizer yet.
  private func attempts(with regularizer: String) throws -> [Attempt] {
    var attempts: [Attempt] = []
    for prior in catalogs.priors.names {
      for posterior in catalogs.posteriors.names {
        let successes = attempts.filter { $0.refusal == nil }
        let isKnown =
          successes.contains { $0.prior == prior } && successes.contains { $0.posterior == posterior }
        if !isKnown { attempts.append(try attempt(regularizer, prior, posterior)) }
      }
    }
    return attempts
  }

  private func attempt(_ regularizer: String, _ prior: String, _ posterior: String) throws -> Attempt {
    var isPosteriorsOwn = true
    let refusal = try self.refusal {
      let prior = try makePrior(prior)
      let posterior = try makePosterior(posterior, prior)
      isPosteriorsOwn = false
      _ = try make(regularizer, prior, posterior, populationSize: 0)
    }
    return Attempt(prior: prior, posterior: posterior, refusal: refusal, isPosteriorsOwn: isPosteriorsOwn)
  }

  /// One success is enough; where there is none, what the regularizer itself says counts first.
  private func mark(_ attempts: [Attempt], isStandard: Bool) -> CompatibilityMatrix.Mark {
    if attempts.contains(where: { $0.refusal == nil }) { return isStandard ? .standard : .possible }
    let first = attempts.first { !$0.isPosteriorsOwn } ?? attempts.first
    return .refused(first?.refusal ?? "there is nothing to combine it with")
  }

  private func memories(
    of regularizer: String, _ type: any RegularizerPlugin.Type, _ attempts: [Attempt]
  ) throws -> [CompatibilityMatrix.Mark] {
    let names = catalogs.memories.names
    guard let fitting = attempts.first(where: { $0.refusal == nil }) else {
      return names.map { _ in .refused("it goes with no prior and posterior of this program") }
    }
    let standard = type.defaultMemory
    let (prior, posterior) = try parts(fitting)
    return try names.map { name in
      if !type.takesSamples, name != standard {
        return .refused(
          "no samples of codes are looked at, so a memory other than \(standard) changes nothing")
      }
      let refusal = try self.refusal {
        let memory = try makeMemory(name, prior, posterior)
        _ = try make(regularizer, prior, posterior, populationSize: memory.populationSize)
      }
      return refusal.map { .refused($0) } ?? (name == standard ? .standard : .possible)
    }
  }

  private func parts(_ attempt: Attempt) throws -> (any Prior, any Posterior) {
    let prior = try makePrior(attempt.prior)
    return (prior, try makePosterior(attempt.posterior, prior))
  }
}

extension CompatibilityTrial {
  /// The message of a configuration error, or `nil` where `body` finishes.
  private func refusal(_ body: () throws -> Void) throws -> String? {
    do {
      try body()
      return nil
    } catch let error as ConfigurationError {
      return error.description
    }
  }

  private func makePrior(_ name: String) throws -> any Prior {
    try catalogs.priors.entry(named: name).make(.empty, "prior", PriorContext(latentSize: latentSize))
  }

  private func makePosterior(_ name: String, _ prior: any Prior) throws -> any Posterior {
    try catalogs.posteriors.entry(named: name).make(.empty, "posterior", prior)
  }

  private func makeMemory(
    _ name: String, _ prior: any Prior, _ posterior: any Posterior
  ) throws -> any LatentMemory {
    let encoder = BlankEncoder(featureCount: posterior.featureCount)
    return try catalogs.memories.entry(named: name).make(
      .empty, "memory",
      MemoryContext(
        prior: prior, posterior: posterior, batchSize: batchSize, encoder: encoder,
        makeEncoder: { BlankEncoder(featureCount: posterior.featureCount) }, generator: Generator(seed: 0)))
  }

  private func make(
    _ regularizer: String, _ prior: any Prior, _ posterior: any Posterior, populationSize: Int
  ) throws -> any LatentRegularizer {
    try catalogs.regularizers.entry(named: regularizer).make(
      .empty, "regularizer",
      RegularizerContext(
        prior: prior, batchSize: batchSize, populationSize: populationSize, generator: Generator(seed: 0),
        posterior: posterior))
  }
}

/// An encoder without weights: what a memory is built from where nothing is encoded.
private final class BlankEncoder: Encoder {
  private let featureCount: Int

  init(featureCount: Int) { self.featureCount = featureCount }

  func encode(_ images: Tensor) -> Tensor { .zeros([images.shape[0], featureCount], on: images.device) }
}
