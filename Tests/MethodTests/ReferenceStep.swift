import Backbones
import MoCAProtocols
import Priors
import Regularizers

/// The step of `Fixtures/reference_step.py`, built from the public parts.
final class ReferenceStep {
  /// What one forward and backward pass yields.
  struct Terms {
    let latents: Tensor
    let recollection: Recollection
    let reconstructions: Tensor
    let reconstruction: Double
    let contrastive: Double
    let loss: Double
  }

  let encoder: ConvolutionalEncoder
  let decoder: ConvolutionalDecoder
  let memory: MomentumQueueMemory
  let optimizer: Adam
  private let prior: Hypersphere
  private let regularizer: MomentumContrast
  private let weight = 100.0

  init(_ fixtures: FixtureTensors) throws {
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    let streams = RandomStreams(seed: 1, device: .cpu)
    var backbone = ConvolutionalConfiguration()
    backbone.width = 4
    let makeEncoder = {
      try ConvolutionalEncoder(
        backbone, context: .init(imageShape: shape, featureCount: 16, generator: streams[.encoder]))
    }
    encoder = try makeEncoder()
    decoder = try ConvolutionalDecoder(
      backbone, context: .init(imageShape: shape, latentSize: 16, generator: streams[.decoder]))
    try restore(encoder.namedTensors(), from: fixtures.dropping("encoder."))
    try restore(decoder.namedTensors(), from: fixtures.dropping("decoder."))
    prior = try Hypersphere(NoSettings(), context: PriorContext(latentSize: 16))
    var queue = MomentumQueueMemory.Configuration()
    queue.capacity = 60
    queue.momentum = 0.99
    memory = try MomentumQueueMemory(
      queue,
      context: .init(
        prior: prior, posterior: try Deterministic(NoSettings(), prior: prior), batchSize: 8,
        encoder: encoder,
        makeEncoder: makeEncoder, generator: streams[.memory]))
    var state = memory.state
    state["queue.keys"] = try fixtures["queue.initial"]
    try restore(memory.namedTensors(), from: state)
    var contrast = MomentumContrast.Configuration()
    contrast.weight = .fixed(weight)
    contrast.temperature = 0.1
    regularizer = try MomentumContrast(
      contrast, context: .init(prior: prior, batchSize: 8, populationSize: 60, generator: streams[.critic]))
    optimizer = Adam(encoder.trainableParameters() + decoder.trainableParameters())
  }

  /// Forward and backward pass; networks in `dtype`, codes and losses in float32.
  func backward(_ pixels: Tensor, dtype: DType = .float32) -> Terms {
    // [batch, height, width, channel] of bytes → [batch, channel, height, width] in [0, 1], channels-last
    let images = (pixels.to(dtype: .float32) / 255).permuted(0, 3, 1, 2)
    let streams = RandomStreams(seed: 1, device: .cpu)
    optimizer.clearGradients()
    let latents = withAutocast(to: dtype, on: .cpu) {
      prior.project(encoder.encode(images).to(dtype: .float32))
    }
    let recollection = withoutGradients {
      withAutocast(to: dtype, on: .cpu) { memory.recall(images: images, latents: latents.detached()) }
    }
    let reconstructions = withAutocast(to: dtype, on: .cpu) { decoder.decode(latents).to(dtype: .float32) }
    let reconstruction = (reconstructions - images).squared().sum(along: 1, 2, 3).mean()
    let penalty = regularizer.penalty(
      in: .init(latents: latents, recollection: recollection, prior: prior, streams: streams))
    let loss = reconstruction + weight * penalty.value
    loss.backward()
    return Terms(
      latents: latents.detached(), recollection: recollection, reconstructions: reconstructions.detached(),
      reconstruction: reconstruction.item, contrastive: penalty.value.item, loss: loss.item)
  }

  /// The optimizer, then the momentum encoder and the queue.
  func update(_ terms: Terms) {
    optimizer.step(learningRate: 0.001)
    withoutGradients { memory.update(with: terms.recollection, following: encoder) }
  }
}
