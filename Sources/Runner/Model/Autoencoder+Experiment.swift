import MoCAProtocols

extension Autoencoder {
  /// Builds the networks of an experiment on the host, from the streams of its seed.
  package convenience init(_ experiment: Experiment, catalogs: Catalogs, imageShape: ImageShape) throws {
    let streams = RandomStreams(seed: UInt64(experiment.training.seed), device: .cpu)
    let prior = try experiment.prior.make(
      PriorContext(
        latentSize: experiment.latent.size, imageShape: imageShape, generator: streams[.priorInitialization]))
    let posterior = try experiment.posterior.make(prior)
    let encoder = try experiment.encoder.make(
      EncoderContext(
        imageShape: imageShape, featureCount: posterior.featureCount, generator: streams[.encoder]))
    let decoder = try experiment.decoder.make(
      DecoderContext(imageShape: imageShape, latentSize: prior.latentSize, generator: streams[.decoder]))
    self.init(encoder: encoder, decoder: decoder, posterior: posterior, prior: prior)
  }
}
