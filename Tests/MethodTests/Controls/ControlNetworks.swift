import MoCAProtocols
import Priors

/// The perceptron of the fixtures: one hidden layer and a sigmoid.
final class SmallDecoder: Decoder {
  let layers: [Linear]

  init(_ sizes: [Int] = [4, 16, 25], using generator: Generator = Generator(seed: 1)) {
    layers = zip(sizes, sizes.dropFirst()).map { Linear($0, $1, using: generator) }
  }

  func decode(_ latents: Tensor) -> Tensor {
    layers[1](layers[0](latents).relu()).sigmoid().reshaped(-1, 1, 5, 5)
  }
}

/// x̂ = z W, so that the derivative of Σ x̂² is known.
final class LinearDecoder: Decoder {
  @Parameter var weight: Tensor

  init(_ weight: Tensor) { self.weight = weight }

  func decode(_ latents: Tensor) -> Tensor { latents.matmul(weight).reshaped(latents.shape[0], 1, 1, -1) }
}

/// z = factor × x.
final class ScalingEncoder: Encoder {
  private let factor: Double

  init(_ factor: Double) { self.factor = factor }

  func encode(_ images: Tensor) -> Tensor { images.flattened(from: 1) * factor }
}

/// One linear layer on the values of an image.
final class LinearCritic: Encoder {
  let layer: Linear

  init(_ valueCount: Int, _ featureCount: Int) {
    layer = Linear(valueCount, featureCount, using: Generator(seed: 7))
  }

  func encode(_ images: Tensor) -> Tensor { layer(images.flattened(from: 1)) }
}

/// The networks of a test, without posterior noise.
func autoencoder(_ encoder: any Encoder, _ decoder: any Decoder, _ prior: any Prior) throws -> Autoencoder {
  Autoencoder(
    encoder: encoder, decoder: decoder, posterior: try Deterministic(.init(), prior: prior), prior: prior)
}

extension RegularizationContext {
  /// A step of `model` on `images`, whose codes are `latents`.
  init(_ model: Autoencoder, images: Tensor, latents: Tensor, decoderInput: Tensor? = nil, seed: UInt64 = 0) {
    let pass = ForwardPass(
      model: model, images: images, features: latents, latents: latents, decoderInput: decoderInput,
      reconstructions: model.decode(decoderInput ?? latents))
    self.init(
      pass, recollection: Recollection(keys: latents.detached(), population: nil),
      streams: MethodTests.streams(seed))
  }
}

/// A context to build a regularizer from.
func building(
  _ prior: any Prior, batch: Int = 8, population: Int = 0, makeEncoder: ((Int) throws -> any Encoder)? = nil
) -> RegularizerContext {
  RegularizerContext(
    prior: prior, batchSize: batch, populationSize: population, generator: Generator(seed: 0),
    makeEncoder: makeEncoder)
}
