import Datasets
import MoCAProtocols

/// Everything that moves while training: networks, memory, regularizer, optimizers, streams, the step.
///
/// The same object serves the training loop, checkpoints and tests; `step(on:)` is the whole method.
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
  /// The regularizer's share of the time of the last step that measured gradients, 0…1; see ``StepClock``.
  private(set) var regularizerShare: Double?

  let optimizer: any Optimizer
  let criticOptimizer: (any Optimizer)?
  let schedule: Schedule
  let penaltyWeight: PenaltyWeight
  private let dtype: DType
  private let gradientClip: Double?
  private let reconstructionFactor: Double

  /// Builds the state of an experiment before its first step.
  ///
  /// - Throws: `ConfigurationError` where parts cannot go together.
  public init(
    _ experiment: Experiment, catalogs: Catalogs, imageShape: ImageShape, totalSteps: Int, device: Device
  ) throws {
    let seed = UInt64(experiment.training.seed)
    let builder = ModelBuilder(experiment: experiment)
    model = try builder.model(for: imageShape)
    memory = try builder.memory(of: model, for: imageShape)
    regularizer = try builder.regularizer(altering: model, beside: memory, for: imageShape)
    penaltyWeight = PenaltyWeight(
      experiment.regularizer.configuration.weight,
      target: experiment.schedule.weightTarget, calibrationSteps: experiment.schedule.weightCalibration)
    self.device = device
    streams = RandomStreams(seed: seed, device: device)
    for module in [model, memory, regularizer, penaltyWeight] as [any Module] {
      module.move(to: device)
      module.setTraining(true)
    }
    let adversary = regularizer as? any AdversarialRegularizer
    let penaltyParameters: [NamedParameter] = regularizer.trainableParameters().map {
      ("regularizer.\($0.name)", $0.parameter)
    }
    optimizer = try experiment.optimizer.make(
      model.trainableParameters() + (adversary == nil ? penaltyParameters : []))
    criticOptimizer = adversary?.makeCriticOptimizer(for: penaltyParameters)
    schedule = Schedule(
      configuration: experiment.schedule,
      baseLearningRate: experiment.optimizer.configuration.learningRate, totalSteps: totalSteps)
    dtype = experiment.training.precision.dtype
    gradientClip = experiment.optimizer.configuration.gradientClip
    reconstructionFactor = experiment.reconstruction.unit.factor(valueCount: imageShape.valueCount)
  }

  /// The penalty's weight in the common unit: beside the summed squared error of images in [0, 1]; `nil` where it is
  /// measured and no step was taken yet.
  public var commonWeight: Double? {
    penaltyWeight.value(after: completedSteps).map { $0 / reconstructionFactor }
  }

  /// λ of the step after `completed` steps. Reads back where λ is measured.
  func weight(after completed: Int) -> Double {
    (penaltyWeight.value(after: completedSteps) ?? 0) * schedule.weightShare(after: completed)
  }

  /// Takes one training step.
  ///
  /// - Parameters:
  ///   - images: `[batch, channels, height, width]` in [0, 1], channels-last, on the state's device.
  ///   - measuresGradients: Whether to add the ratio ‖∇ weighted penalty‖ / ‖∇ reconstruction‖ at the features, which
  ///     costs another pass through the decoder.
  /// - Returns: The terms of the loss as rank-0 tensors on the device; nothing is read back.
  public func step(on images: Tensor, measuresGradients: Bool = false) -> [NamedTensor] {
    let clock = StepClock(isRunning: measuresGradients, device: device)
    let (pass, context) = forward(images, clock)
    let errors = pass.squaredErrors  // [batch]
    let reconstruction = errors.mean() * reconstructionFactor
    let observation =
      pass.observationLoss(errors, under: regularizer).map { $0 * reconstructionFactor } ?? reconstruction
    let penalty = clock.time(.regularizer) { regularizer.penalty(in: context) }
    var scalars = [NamedTensor(.reconstruction, reconstruction), NamedTensor(.penalty, penalty.value)]
    scalars += penalty.diagnostics
    let calibrates = penaltyWeight.isCalibrating(after: completedSteps)
    let ratio =
      measuresGradients || calibrates
      ? gradientRatio(penalty.value, observation, pass.features, clock) : nil
    if let ratio, calibrates { penaltyWeight.note(ratio) }
    let weight = penaltyWeight.tensor * schedule.weightShare(after: completedSteps)
    if let ratio, measuresGradients { scalars.append(NamedTensor(.gradientRatio, ratio * weight)) }
    let loss = observation + penalty.value * weight
    scalars.insert(NamedTensor(.loss, loss), at: 0)
    optimizer.clearGradients()
    loss.backward()
    if let gradientClip { clip(optimizer.gradients, toNorm: gradientClip) }
    optimizer.step(learningRate: schedule.learningRate(after: completedSteps))
    let criticLoss = clock.time(.regularizer) { stepCritic(context) }
    if let criticLoss { scalars.append(NamedTensor(.criticLoss, criticLoss)) }
    clock.time(.regularizer) {
      withoutGradients { memory.update(with: context.recollection, following: model.encoder) }
    }
    if let share = clock.regularizerShare() { regularizerShare = share }
    completedSteps += 1
    return scalars.map { NamedTensor($0.name, $0.tensor.detached()) }
  }

  private func forward(_ images: Tensor, _ clock: StepClock) -> (ForwardPass, RegularizationContext) {
    let pass = ForwardPass(of: images, through: model, under: regularizer, streams: streams, in: dtype)
    let recollection = clock.time(.regularizer) {
      withoutGradients {
        withAutocast(to: dtype, on: device) {
          memory.recall(images: images, latents: pass.latents.detached())
        }
      }
    }
    return (pass, RegularizationContext(pass, recollection: recollection, streams: streams))
  }

  /// ‖∇ penalty‖ / ‖∇ reconstruction‖, taken before the projection: a pull along the radius of the sphere moves
  /// nothing and does not count.
  private func gradientRatio(
    _ penalty: Tensor, _ reconstruction: Tensor, _ features: Tensor, _ clock: StepClock
  ) -> Tensor {
    guard penalty.requiresGradient, reconstruction.requiresGradient else { return .scalar(0, on: device) }
    let pull = clock.time(.penaltyGradient) {
      penalty.gradients(withRespectTo: [features], retainsGraph: true)
    }
    let error = clock.time(.measurement) {
      reconstruction.gradients(withRespectTo: [features], retainsGraph: true)
    }
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
