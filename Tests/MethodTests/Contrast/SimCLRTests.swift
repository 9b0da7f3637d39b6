import MoCAProtocols
import Priors
import Regularizers
import Testing

/// Shows images to the features untouched, and keeps them.
private final class ProbeEncoder: Encoder {
  var seen: [Tensor] = []
  let scale = Parameter(wrappedValue: Tensor.ones([12]))

  func encode(_ images: Tensor) -> Tensor {
    seen.append(images.contiguous())
    return images.flattened(from: 1) * scale.wrappedValue
  }
}

private final class ProbeDecoder: Decoder {
  func decode(_ latents: Tensor) -> Tensor { latents.reshaped(-1, 3, 2, 2) }
}

@Suite("SimCLR")
struct SimCLRTests {
  private let encoder = ProbeEncoder()
  private let prior: any Prior
  private let images = Tensor.uniform([200, 3, 2, 2], using: Generator(seed: 1))

  init() throws { prior = try MethodTests.prior("hypersphere", latentSize: 12) }

  private func penalty(
    seed: UInt64 = 0, population: Tensor? = nil, _ change: (inout SimCLR.Configuration) -> Void
  ) throws -> Tensor {
    var configuration = SimCLR.Configuration()
    change(&configuration)
    let model = Autoencoder(
      encoder: encoder, decoder: ProbeDecoder(), posterior: try Deterministic(NoSettings(), prior: prior),
      prior: prior)
    let regularizer = try SimCLR(
      configuration,
      context: .init(prior: prior, batchSize: 200, populationSize: 0, generator: Generator(seed: 0)))
    let features = encoder.encode(images)
    let codes = prior.project(features)
    encoder.seen = []
    let pass = ForwardPass(
      model: model, images: images, features: features, latents: codes, reconstructions: images)
    return regularizer.penalty(
      in: .init(
        pass, recollection: Recollection(keys: codes.detached(), population: population),
        streams: streams(seed))
    ).value
  }

  @Test("without crop, flip and jitter both views are the images, and the loss is that of equal codes")
  func identity() throws {
    let loss = try penalty {
      $0.minimumArea = 1
      $0.flips = false
      ($0.brightness, $0.contrast) = (0, 0)
    }
    let views = try #require(encoder.seen.first)
    #expect(relativeDifference(views, .concatenated([images, images])) < 1e-6)
    let codes = prior.project(images.flattened(from: 1))
    let expected = SimCLR.contrast(.concatenated([codes, codes]), population: nil, temperature: 0.5)
    #expect(relativeDifference(loss.item, expected.item) < 1e-5)
  }

  @Test("half of the views are mirrored left to right")
  func mirrored() throws {
    _ = try penalty {
      $0.minimumArea = 1
      ($0.brightness, $0.contrast) = (0, 0)
    }
    let views = try #require(encoder.seen.first)
    let twice = Tensor.concatenated([images, images])
    let distance = { (other: Tensor) in (views - other).absolute().sum(along: 1, 2, 3) }
    let isSame = distance(twice).isLess(than: 1e-4).to(dtype: .float32)
    let isMirrored = distance(twice.flipped(along: 3)).isLess(than: 1e-4).to(dtype: .float32)
    #expect((isSame + isMirrored).minimum().item == 1)
    // 400 throws of a coin: four standard deviations.
    #expect(abs(isMirrored.mean().item - 0.5) < 0.1)
  }

  @Test("views lie in [0, 1], differ from each other, and repeat under one seed")
  func ranges() throws {
    let loss = try penalty { _ in }
    let views = try #require(encoder.seen.first)
    #expect(views.minimum().item >= 0 && views.maximum().item <= 1)
    #expect(views.isFinite.all().item == 1)
    let (first, second) = (
      views.narrowed(along: 0, from: 0, count: 200), views.narrowed(along: 0, from: 200, count: 200)
    )
    #expect((first - second).absolute().mean().item > 0.05)
    #expect(try penalty { _ in }.item == loss.item)
    #expect(try penalty(seed: 1) { _ in }.item != loss.item)
  }

  @Test("gradients reach the encoder, also with a memory, whose codes raise the loss")
  func gradients() throws {
    let plain = try penalty { _ in }
    let stored = try penalty(population: prior.sample(64, using: Generator(seed: 3))) { _ in }
    #expect(stored.item > plain.item)
    let gradient = stored.gradients(withRespectTo: [encoder.scale.wrappedValue])[0]
    #expect(gradient.isFinite.all().item == 1)
    #expect(gradient.absolute().maximum().item > 0)
  }
}
