/// Encoder, posterior, prior and decoder put together.
public final class Autoencoder: Module {
  /// Images to features.
  public let encoder: any Encoder
  /// Latents to images.
  public let decoder: any Decoder
  /// Features to codes.
  public let posterior: any Posterior
  /// The distribution of the codes.
  public let prior: any Prior

  /// Puts the parts together. A prior that is made of the encoder's own codes is told of it here.
  public init(encoder: any Encoder, decoder: any Decoder, posterior: any Posterior, prior: any Prior) {
    self.encoder = encoder
    self.decoder = decoder
    self.posterior = posterior
    self.prior = prior
    (prior as? any EncoderBoundPrior)?.bind(to: encoder, posterior)
  }

  /// The most likely codes: `[batch, channels, h, w]` in [0, 1] → `[batch, latentSize]` on the prior's support.
  public func encode(_ images: Tensor) -> Tensor {
    prior.project(posterior.mode(of: encoder.encode(images).to(dtype: .float32)))
  }

  /// One draw of the code of each image, `[batch, channels, h, w]` → `[batch, latentSize]`.
  public func sampleCodes(of images: Tensor, using generator: Generator) -> Tensor {
    prior.project(posterior.sample(from: encoder.encode(images).to(dtype: .float32), using: generator))
  }

  /// `[batch, latentSize]` → `[batch, channels, h, w]` in [0, 1].
  public func decode(_ latents: Tensor) -> Tensor { decoder.decode(latents).to(dtype: .float32) }

  /// Runs `body` as for evaluation: no gradients, running statistics; then goes back to training.
  public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
    setTraining(false)
    defer { setTraining(true) }
    return try withoutGradients(body)
  }
}
