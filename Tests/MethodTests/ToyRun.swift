import Backbones
import MoCAProtocols
import Priors
import Regularizers
import Testing

/// One choice of regularizer, memory and prior.
struct Combination: Sendable, CustomTestStringConvertible {
  let regularizer: String
  let memory: String
  let prior: String

  var testDescription: String { "\(regularizer) × \(memory) × \(prior)" }

  static let all = RegularizerCatalog.standard.entries
    .filter { ($0.type as? any RegularizerPlugin.Type)?.takesSamples == true }
    .flatMap { entry in
      MemoryCatalog.standard.names.flatMap { memory in
        PriorCatalog.standard.names.map { Combination(regularizer: entry.name, memory: memory, prior: $0) }
      }
    }
    .filter { $0.isPossible }

  /// Whether the regularizer takes the prior: it says so when it is built.
  private var isPossible: Bool {
    do {
      _ = try ToyRun(self)
      return true
    } catch let error as ConfigurationError {
      if case .incompatible = error { return false }
      return true
    } catch {
      return true
    }
  }
}

/// A small model with everything that a training step needs.
final class ToyRun {
  let encoder: any Encoder
  let decoder: any Decoder
  let prior: any Prior
  let memory: any LatentMemory
  let regularizer: any LatentRegularizer
  let streams: RandomStreams
  private let posterior: any Posterior
  private let optimizer: Adam

  init(_ choice: Combination, catalog: RegularizerCatalog = .standard, seed: UInt64 = 0) throws {
    let (shape, batch) = (ImageShape(channels: 1, height: 28, width: 28), 8)
    let streams = RandomStreams(seed: seed, device: .cpu)
    let prior = try PriorCatalog.standard.entry(named: choice.prior).make(.empty, "prior", 4)
    let posterior = try PosteriorCatalog.standard.entry(named: "gaussian").make(.empty, "posterior", 4)
    let settings = try ConfigurationValue(yaml: "width: 2")
    let makeEncoder = {
      try EncoderCatalog.standard.entry(named: "convolutional").make(
        settings, "encoder",
        .init(imageShape: shape, featureCount: posterior.featureCount, generator: streams[.encoder]))
    }
    encoder = try makeEncoder()
    decoder = try DecoderCatalog.standard.entry(named: "convolutional").make(
      settings, "decoder", .init(imageShape: shape, latentSize: 4, generator: streams[.decoder]))
    memory = try MemoryCatalog.standard.entry(named: choice.memory).make(
      choice.memory == "batch" ? .empty : ConfigurationValue(yaml: "capacity: 12"), "memory",
      .init(
        prior: prior, posterior: posterior, batchSize: batch, encoder: encoder, makeEncoder: makeEncoder,
        generator: streams[.memory]))
    regularizer = try catalog.entry(named: choice.regularizer).make(
      .empty, "regularizer",
      .init(
        prior: prior, batchSize: batch, populationSize: memory.populationSize, generator: streams[.critic]))
    optimizer = Adam(encoder.trainableParameters() + decoder.trainableParameters())
    (self.prior, self.posterior, self.streams) = (prior, posterior, streams)
  }

  /// What a step leaves behind.
  struct Outcome {
    let loss: Double
    let latentGradient: Tensor
    let gradients: [Tensor]
    let diagnostics: [NamedTensor]
  }

  /// Takes one step, forward passes in `dtype`.
  func step(_ images: Tensor, dtype: DType = .float32) -> Outcome {
    optimizer.clearGradients()
    let (context, penalty, loss) = withAutocast(to: dtype, on: .cpu) {
      let latents = prior.project(posterior.draw(from: encoder.encode(images), using: streams[.posterior]))
      let recollection = withoutGradients { memory.recall(images: images, latents: latents.detached()) }
      let context = RegularizationContext(
        latents: latents, recollection: recollection, prior: prior, streams: streams)
      let error = (decoder.decode(latents) - images).squared().sum(along: 1, 2, 3).mean()
      let penalty = regularizer.penalty(in: context)
      return (context, penalty, error + 10 * penalty.value)
    }
    let slope =
      penalty.value.requiresGradient
      ? penalty.value.gradients(withRespectTo: [context.latents], retainsGraph: true)[0]
      : .zeros(context.latents.shape)
    loss.backward()
    let gradients = optimizer.gradients.map { $0.copy() }
    optimizer.step(learningRate: 0.001)
    stepCritic(context.detached, dtype)
    withoutGradients { memory.update(with: context.recollection, following: encoder) }
    return Outcome(
      loss: loss.item, latentGradient: slope, gradients: gradients, diagnostics: penalty.diagnostics)
  }

  private func stepCritic(_ context: RegularizationContext, _ dtype: DType) {
    guard let critic = regularizer as? any AdversarialRegularizer else { return }
    let optimizer = Adam(critic.trainableParameters())
    optimizer.clearGradients()
    withAutocast(to: dtype, on: .cpu) { critic.criticLoss(in: context) }.backward()
    optimizer.step(learningRate: critic.criticLearningRate)
  }
}
