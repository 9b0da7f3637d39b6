import MoCAProtocols

/// Puts a model together from an experiment, each part from those before it: prior → posterior → encoder and decoder →
/// memory → regularizer.
///
/// Everything is built on the host, from the streams of the run's seed: the parts of equal experiments are equal.
struct ModelBuilder {
  let experiment: Experiment

  /// The networks for images of a shape. Each call gives new ones with the same weights.
  func model(for shape: ImageShape) throws -> Autoencoder {
    let streams = streams
    let (prior, posterior) = try priorAndPosterior(for: shape)
    let encoder = try experiment.encoder.make(
      EncoderContext(imageShape: shape, featureCount: posterior.featureCount, generator: streams[.encoder]))
    let decoder = try experiment.decoder.make(
      DecoderContext(imageShape: shape, latentSize: prior.latentSize, generator: streams[.decoder]))
    return Autoencoder(encoder: encoder, decoder: decoder, posterior: posterior, prior: prior)
  }

  /// The memory of a model's codes.
  func memory(of model: Autoencoder, for shape: ImageShape) throws -> any LatentMemory {
    try experiment.memory.make(
      MemoryContext(
        prior: model.prior, posterior: model.posterior, batchSize: experiment.training.batch,
        encoder: model.encoder, makeEncoder: { try self.model(for: shape).encoder },
        generator: streams[.memory]))
  }

  /// The regularizer of a model; where it is `ModelAltering`, it has changed the model on return.
  func regularizer(
    altering model: Autoencoder, beside memory: any LatentMemory, for shape: ImageShape
  ) throws -> any LatentRegularizer {
    let generator = streams[.critic]
    let regularizer = try experiment.regularizer.make(
      RegularizerContext(
        prior: model.prior, batchSize: experiment.training.batch, populationSize: memory.populationSize,
        generator: generator, posterior: model.posterior,
        makeEncoder: { featureCount in
          try experiment.encoder.make(
            EncoderContext(imageShape: shape, featureCount: featureCount, generator: generator))
        }))
    (regularizer as? any ModelAltering)?.alter(model)
    return regularizer
  }

  /// The regularizer where it has a say after training, since it alters the networks or corrupts images; else `nil`.
  func regularizerAfterTraining(
    altering model: Autoencoder, for shape: ImageShape
  ) throws -> (any LatentRegularizer)? {
    let type = experiment.regularizer.type
    guard type is any ModelAltering.Type || type is any InputCorrupting.Type else { return nil }
    return try regularizer(altering: model, beside: memory(of: model, for: shape), for: shape)
  }

  /// Refuses a prior, a posterior and a regularizer that cannot go together, before any image is known.
  ///
  /// - Throws: `ConfigurationError`.
  func check() throws {
    let (prior, posterior) = try priorAndPosterior(for: nil)
    _ = try experiment.regularizer.make(
      RegularizerContext(
        prior: prior, batchSize: experiment.training.batch, populationSize: 0, generator: streams[.critic],
        posterior: posterior))
  }

  private func priorAndPosterior(for shape: ImageShape?) throws -> (any Prior, any Posterior) {
    let prior = try experiment.prior.make(
      PriorContext(
        latentSize: experiment.latent.size, imageShape: shape, generator: streams[.priorInitialization]))
    return (prior, try experiment.posterior.make(prior))
  }

  /// The streams of the run's seed from their beginning.
  private var streams: RandomStreams {
    RandomStreams(seed: UInt64(experiment.training.seed), device: .cpu)
  }
}
