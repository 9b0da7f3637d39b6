import MoCAProtocols

/// Encoder, posterior, prior and decoder put together.
public final class Autoencoder: Module {
  /// Images to features.
  public let encoder: any Encoder
  /// Latents to images.
  public let decoder: any Decoder
  /// Features to latents.
  public let posterior: any Posterior
  /// The law of the latents.
  public let prior: any Prior

  /// Puts the parts together.
  public init(encoder: any Encoder, decoder: any Decoder, posterior: any Posterior, prior: any Prior) {
    self.encoder = encoder
    self.decoder = decoder
    self.posterior = posterior
    self.prior = prior
  }

  /// The most likely codes: `[batch, channels, h, w]` in [0, 1] → `[batch, latentSize]` on the prior's support.
  public func encode(_ images: Tensor) -> Tensor {
    prior.project(posterior.mode(of: encoder.encode(images).to(dtype: .float32)))
  }

  /// `[batch, latentSize]` → `[batch, channels, h, w]` in [0, 1].
  public func decode(_ latents: Tensor) -> Tensor { decoder.decode(latents).to(dtype: .float32) }

  /// Runs `body` as for evaluation: no gradients, running statistics; then goes back to training.
  func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
    setTraining(false)
    defer { setTraining(true) }
    return try withoutGradients(body)
  }
}

extension Autoencoder {
  /// Builds the networks of an experiment on the host, from the streams of its seed.
  convenience init(_ experiment: Experiment, catalogs: Catalogs, imageShape: ImageShape) throws {
    let size = experiment.latent.size
    let streams = RandomStreams(seed: UInt64(experiment.training.seed), device: .cpu)
    let posterior = try catalogs.posteriors.make(experiment["posterior"], size)
    let encoderContext = EncoderContext(
      imageShape: imageShape, featureCount: posterior.featureCount, generator: streams[.encoder])
    let decoderContext = DecoderContext(
      imageShape: imageShape, latentSize: size, generator: streams[.decoder])
    self.init(
      encoder: try catalogs.encoders.make(experiment["encoder"], encoderContext),
      decoder: try catalogs.decoders.make(experiment["decoder"], decoderContext), posterior: posterior,
      prior: try catalogs.priors.make(experiment["prior"], size))
  }
}

extension Catalog {
  /// Builds the plugin that an experiment has chosen.
  func make(_ choice: Experiment.Choice, _ context: Context) throws -> Product {
    try entry(named: choice.name).make(choice.settings, choice.section, context)
  }
}
