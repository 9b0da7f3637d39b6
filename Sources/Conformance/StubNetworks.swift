import MoCAProtocols

/// Small networks for methods that look at more than codes: perceptrons of one hidden layer on grey images of 8 × 8
/// values. tanh has no kink, so that finite differences are sound.
struct StubNetworks {
  static let imageShape = ImageShape(channels: 1, height: 8, width: 8)
  let prior: any Prior
  let posterior: any Posterior

  /// Networks whose weights are always the same.
  func makeModel() -> Autoencoder {
    Autoencoder(
      encoder: makeEncoder(featureCount: posterior.featureCount),
      decoder: StubDecoder(latentSize: prior.latentSize, using: Generator(seed: 13)), posterior: posterior,
      prior: prior)
  }

  /// An encoder whose weights are always the same.
  func makeEncoder(featureCount: Int) -> any Encoder {
    StubEncoder(featureCount: featureCount, using: Generator(seed: 12))
  }

  /// Images of uniform noise, `[count, 1, 8, 8]`.
  static func images(_ count: Int, seed: UInt64) -> Tensor {
    Tensor.uniform(
      [count, imageShape.channels, imageShape.height, imageShape.width], using: Generator(seed: seed))
  }

  /// A step whose codes are given, and in which the distribution of each image is the same: what a penalty
  /// says of the codes together is then all that changes.
  func pass(with codes: Tensor) -> ForwardPass {
    let images = Self.images(1, seed: 0).expanded(to: [codes.shape[0], 1, 8, 8])
    return ForwardPass(
      model: makeModel(), images: images, features: .zeros([codes.shape[0], posterior.featureCount]),
      latents: codes, reconstructions: images)
  }
}

/// `[batch, 1, 8, 8] → [batch, featureCount]`.
private final class StubEncoder: Encoder {
  private let hidden: Linear
  private let output: Linear

  init(featureCount: Int, using generator: Generator) {
    hidden = Linear(64, 32, using: generator)
    output = Linear(32, featureCount, using: generator)
  }

  func encode(_ images: Tensor) -> Tensor { output(hidden(images.flattened(from: 1)).tanh()) }
}

/// `[batch, latentSize] → [batch, 1, 8, 8]` in [0, 1].
private final class StubDecoder: Decoder {
  private let hidden: Linear
  private let output: Linear

  init(latentSize: Int, using generator: Generator) {
    hidden = Linear(latentSize, 32, using: generator)
    output = Linear(32, 64, using: generator)
  }

  func decode(_ latents: Tensor) -> Tensor {
    output(hidden(latents).tanh()).sigmoid().reshaped(latents.shape[0], 1, 8, 8)
  }
}
