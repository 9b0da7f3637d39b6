import MoCAProtocols

extension Autoencoder {
  /// Builds the networks of an experiment on the host, from the streams of its seed.
  package convenience init(_ experiment: Experiment, catalogs: Catalogs, imageShape: ImageShape) throws {
    let streams = RandomStreams(seed: UInt64(experiment.training.seed), device: .cpu)
    let prior = try catalogs.priors.make(
      experiment["prior"],
      PriorContext(
        latentSize: experiment.latent.size, imageShape: imageShape, generator: streams[.priorInitialization]))
    let posterior = try catalogs.posteriors.make(experiment["posterior"], prior)
    let encoder = try catalogs.encoders.make(
      experiment["encoder"],
      EncoderContext(
        imageShape: imageShape, featureCount: posterior.featureCount, generator: streams[.encoder]))
    let decoder = try catalogs.decoders.make(
      experiment["decoder"],
      DecoderContext(imageShape: imageShape, latentSize: prior.latentSize, generator: streams[.decoder]))
    self.init(encoder: encoder, decoder: decoder, posterior: posterior, prior: prior)
  }
}

extension Catalog {
  /// Builds the plugin that an experiment has chosen.
  package func make(_ choice: Experiment.Choice, _ context: Context) throws -> Product {
    try entry(named: choice.name).make(choice.settings, choice.section, context)
  }
}
