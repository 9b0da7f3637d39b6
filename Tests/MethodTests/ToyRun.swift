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

  /// Every regularizer with every prior, and every memory where it takes samples.
  static let all = RegularizerCatalog.standard.entries.flatMap { entry in
    let type = entry.type
    let memories = type.takesSamples ? MemoryCatalog.standard.names : ["batch"]
    return memories.flatMap { memory in
      PriorCatalog.standard.names.map { Combination(regularizer: entry.name, memory: memory, prior: $0) }
    }
  }.filter(\.isPossible)

  /// Whether the penalty has a gradient at the features of the step: not where there is none, or where images go
  /// through the encoder once more.
  var pullsFeatures: Bool { !["none", "denoising", "latent-noise", "gan", "simclr"].contains(regularizer) }

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
  let model: Autoencoder
  let memory: any LatentMemory
  let regularizer: any LatentRegularizer
  let streams: RandomStreams
  private let optimizer: Adam

  var encoder: any Encoder { model.encoder }
  var decoder: any Decoder { model.decoder }
  var prior: any Prior { model.prior }

  init(_ choice: Combination, catalog: RegularizerCatalog = .standard, seed: UInt64 = 0) throws {
    let (shape, batch) = (ImageShape(channels: 1, height: 28, width: 28), 8)
    let streams = RandomStreams(seed: seed, device: .cpu)
    let entry = try catalog.entry(named: choice.regularizer)
    let method = entry.type
    let prior = try PriorCatalog.standard.entry(named: choice.prior).make(
      .empty, "prior",
      PriorContext(latentSize: 4, imageShape: shape, generator: streams[.priorInitialization]))
    let posterior = try PosteriorCatalog.standard.entry(named: method.defaultPosterior ?? "gaussian")
      .make(.empty, "posterior", prior)
    let settings = try ConfigurationValue(yaml: "width: 2")
    let makeEncoder = { (featureCount: Int) in
      try EncoderCatalog.standard.entry(named: "convolutional").make(
        settings, "encoder",
        .init(imageShape: shape, featureCount: featureCount, generator: streams[.encoder]))
    }
    let encoder = try makeEncoder(posterior.featureCount)
    let decoder = try DecoderCatalog.standard.entry(named: "convolutional").make(
      settings, "decoder", .init(imageShape: shape, latentSize: 4, generator: streams[.decoder]))
    model = Autoencoder(encoder: encoder, decoder: decoder, posterior: posterior, prior: prior)
    memory = try MemoryCatalog.standard.entry(named: choice.memory).make(
      choice.memory == "batch" ? .empty : ConfigurationValue(yaml: "capacity: 12"), "memory",
      .init(
        prior: prior, posterior: posterior, batchSize: batch, encoder: encoder,
        makeEncoder: { try makeEncoder(posterior.featureCount) }, generator: streams[.memory]))
    regularizer = try entry.make(
      .empty, "regularizer",
      .init(
        prior: prior, batchSize: batch, populationSize: memory.populationSize, generator: streams[.critic],
        posterior: posterior, makeEncoder: makeEncoder))
    (regularizer as? any ModelAltering)?.alter(model)
    optimizer = Adam(model.trainableParameters())
    self.streams = streams
  }

  /// What a step leaves behind.
  struct Outcome {
    let loss: Double
    /// The penalty's gradient at the encoder's features.
    let featureGradient: Tensor
    /// Gradients of the networks.
    let gradients: [Tensor]
    let diagnostics: [NamedTensor]
  }

  /// Takes one step.
  func step(_ images: Tensor, dtype: DType = .float32) -> Outcome {
    optimizer.clearGradients()
    // As in a run, networks compute in `dtype` and losses in float32.
    let context = self.context(images, dtype)
    let penalty = regularizer.penalty(in: context)
    let loss = reconstructionLoss(context) + 10 * penalty.value
    let features = context.requiredPass(by: "test").features
    let slope =
      penalty.value.requiresGradient
      ? penalty.value.gradients(withRespectTo: [features], retainsGraph: true)[0] : .zeros(features.shape)
    loss.backward()
    let gradients = optimizer.gradients.map { $0.copy() }
    optimizer.step(learningRate: 0.001)
    stepCritic(context.detached, dtype)
    withoutGradients { memory.update(with: context.recollection, following: encoder) }
    return Outcome(
      loss: loss.item, featureGradient: slope, gradients: gradients, diagnostics: penalty.diagnostics)
  }

  private func context(_ images: Tensor, _ dtype: DType) -> RegularizationContext {
    let pass = ForwardPass(of: images, through: model, under: regularizer, streams: streams, in: dtype)
    let recollection = withoutGradients {
      withAutocast(to: dtype, on: .cpu) { memory.recall(images: images, latents: pass.latents.detached()) }
    }
    return RegularizationContext(pass, recollection: recollection, streams: streams)
  }

  private func reconstructionLoss(_ context: RegularizationContext) -> Tensor {
    let pass = context.requiredPass(by: "test")
    let errors = pass.squaredErrors
    return pass.observationLoss(errors, under: regularizer) ?? errors.mean()
  }

  private func stepCritic(_ context: RegularizationContext, _ dtype: DType) {
    guard let critic = regularizer as? any AdversarialRegularizer else { return }
    let optimizer = Adam(critic.trainableParameters())
    optimizer.clearGradients()
    withAutocast(to: dtype, on: .cpu) { critic.criticLoss(in: context) }.backward()
    optimizer.step(learningRate: critic.criticLearningRate)
  }
}
