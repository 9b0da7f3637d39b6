import Datasets
import MoCAProtocols

/// Everything that moves while training: networks, memory, regularizer, optimizers, streams, the step.
///
/// The same object serves the training loop, checkpoints and tests; ``step(on:)`` is the whole method.
public final class TrainingState {
  /// The networks.
  public let model: Autoencoder
  /// Codes of earlier batches.
  public let memory: any LatentMemory
  /// The penalty.
  public let regularizer: any LatentRegularizer
  /// Where everything lives.
  public let device: Device
  /// The random streams of the steps.
  public let streams: RandomStreams
  /// Steps taken.
  public internal(set) var completedSteps = 0

  let optimizer: Adam
  let criticOptimizer: Adam?
  let schedule: Schedule
  private let dtype: DType
  private let gradientClip: Double?
  private let reconstructionFactor: Double

  /// Builds the state of an experiment before its first step.
  ///
  /// - Throws: ``ConfigurationError`` where parts cannot go together.
  public init(
    _ experiment: Experiment, catalogs: Catalogs, imageShape: ImageShape, totalSteps: Int, device: Device
  ) throws {
    let seed = UInt64(experiment.training.seed)
    let batch = experiment.training.batch
    let initial = RandomStreams(seed: seed, device: .cpu)
    model = try Autoencoder(experiment, catalogs: catalogs, imageShape: imageShape)
    memory = try catalogs.memories.make(
      experiment["memory"],
      MemoryContext(
        prior: model.prior, posterior: model.posterior, batchSize: batch, encoder: model.encoder,
        makeEncoder: { try Autoencoder(experiment, catalogs: catalogs, imageShape: imageShape).encoder },
        generator: initial[.memory]))
    regularizer = try catalogs.regularizers.make(
      experiment["regularizer"],
      RegularizerContext(
        prior: model.prior, batchSize: batch, populationSize: memory.populationSize,
        generator: initial[.critic]))
    self.device = device
    streams = RandomStreams(seed: seed, device: device)
    for module in [model, memory, regularizer] as [any Module] {
      module.move(to: device)
      module.setTraining(true)
    }
    let adversary = regularizer as? any AdversarialRegularizer
    let penaltyParameters = regularizer.trainableParameters().map { ("regularizer.\($0.name)", $0.parameter) }
    optimizer = Adam(
      model.trainableParameters() + (adversary == nil ? penaltyParameters : []),
      coefficients: experiment.optimizer.coefficients)
    criticOptimizer = adversary.map { Adam(penaltyParameters, coefficients: $0.criticCoefficients) }
    schedule = Schedule(
      configuration: experiment.schedule, baseLearningRate: experiment.optimizer.learningRate,
      baseWeight: experiment["regularizer"].settings["weight"]?.double ?? 0, totalSteps: totalSteps)
    dtype = experiment.training.precision.dtype
    gradientClip = experiment.optimizer.gradientClip
    reconstructionFactor = experiment.reconstruction.unit.factor(valueCount: imageShape.valueCount)
  }

  /// The penalty's weight in the common unit: beside the summed squared error of images in [0, 1].
  public var commonWeight: Double { schedule.baseWeight / reconstructionFactor }

  /// Takes one training step.
  ///
  /// - Parameters:
  ///   - images: `[batch, channels, height, width]` in [0, 1], channels-last, on the state's device.
  ///   - measuresGradients: Whether to add the ratio ‖∇ weighted penalty‖ / ‖∇ reconstruction‖ at the features, which
  ///     costs another pass through the decoder.
  /// - Returns: The terms of the loss as rank-0 tensors on the device; nothing is read back.
  public func step(on images: Tensor, measuresGradients: Bool = false) -> [NamedTensor] {
    let weight = schedule.weight(after: completedSteps)
    let forward = self.forward(images)
    let reconstruction =
      (images - forward.reconstructions).squared().sum(along: 1, 2, 3).mean() * reconstructionFactor
    let penalty = regularizer.penalty(in: forward.context)
    let weighted = penalty.value * weight
    var scalars = [NamedTensor("reconstruction", reconstruction), NamedTensor("penalty", penalty.value)]
    scalars += penalty.diagnostics
    if measuresGradients {
      scalars.append(
        NamedTensor("gradientRatio", gradientRatio(weighted, reconstruction, forward.features)))
    }
    let loss = reconstruction + weighted
    scalars.insert(NamedTensor("loss", loss), at: 0)
    optimizer.clearGradients()
    loss.backward()
    if let gradientClip { clip(optimizer.gradients, toNorm: gradientClip) }
    optimizer.step(learningRate: schedule.learningRate(after: completedSteps))
    if let criticLoss = stepCritic(forward.context) { scalars.append(NamedTensor("criticLoss", criticLoss)) }
    withoutGradients { memory.update(with: forward.context.recollection, following: model.encoder) }
    completedSteps += 1
    return scalars.map { NamedTensor($0.name, $0.tensor.detached()) }
  }

  /// What the pass through the networks leaves.
  private struct Forward {
    let features: Tensor
    let reconstructions: Tensor
    let context: RegularizationContext
  }

  private func forward(_ images: Tensor) -> Forward {
    let (features, latents, reconstructions) = withAutocast(to: dtype, on: device) {
      let features = model.encoder.encode(images).to(dtype: .float32)
      let latents = model.prior.project(model.posterior.draw(from: features, using: streams[.posterior]))
      return (features, latents, model.decode(latents))
    }
    let recollection = withoutGradients {
      withAutocast(to: dtype, on: device) { memory.recall(images: images, latents: latents.detached()) }
    }
    let context = RegularizationContext(
      latents: latents, recollection: recollection, prior: model.prior, streams: streams)
    return Forward(features: features, reconstructions: reconstructions, context: context)
  }

  /// Taken before the projection: a pull along the radius of the sphere moves nothing and does not count.
  private func gradientRatio(_ weighted: Tensor, _ reconstruction: Tensor, _ features: Tensor) -> Tensor {
    guard weighted.requiresGradient else { return .scalar(0, on: device) }
    let pull = weighted.gradients(withRespectTo: [features], retainsGraph: true)
    let error = reconstruction.gradients(withRespectTo: [features], retainsGraph: true)
    return Tensor.totalNorm(pull) / Tensor.totalNorm(error).clamped(min: 1e-30)
  }

  /// One step of the critic on the codes as they were before the encoder moved.
  private func stepCritic(_ context: RegularizationContext) -> Tensor? {
    guard let criticOptimizer, let adversary = regularizer as? any AdversarialRegularizer else { return nil }
    criticOptimizer.clearGradients()
    let loss = adversary.criticLoss(in: context.detached)
    loss.backward()
    criticOptimizer.step(learningRate: adversary.criticLearningRate * schedule.share(after: completedSteps))
    return loss
  }
}
