/// Pulls the codes of images towards the prior.
///
/// A regularizer is a module: critics, queues and running statistics are its parameters and buffers, so they
/// move between devices and reach the checkpoint without extra code.
public protocol LatentRegularizer: Module {
  /// A scalar that is smallest when the codes in `context` are distributed like its prior.
  ///
  /// The unit is the method's own; the run multiplies it by the weight and adds it to the reconstruction error,
  /// which is the sum of squared errors of an image in [0, 1], averaged over the batch. Nothing is read back to
  /// the host.
  func penalty(in context: RegularizationContext) -> Penalty
}

/// A regularizer with a critic of its own, trained against the encoder. The run owns the critic's optimizer.
public protocol AdversarialRegularizer: LatentRegularizer {
  /// The step size of the critic's Adam.
  var criticLearningRate: Double { get }
  /// The other coefficients of the critic's Adam.
  var criticCoefficients: Adam.Coefficients { get }
  /// The loss that the critic descends, from codes without gradients; called after the encoder's step.
  func criticLoss(in context: RegularizationContext) -> Tensor
}

/// What a regularizer returns.
public struct Penalty {
  /// Rank 0, differentiable.
  public let value: Tensor
  /// What is worth logging, as rank-0 tensors under their names.
  public let diagnostics: [NamedTensor]

  /// Collects the values; diagnostics are detached.
  public init(_ value: Tensor, diagnostics: [NamedTensor] = []) {
    self.value = value
    self.diagnostics = diagnostics.map { NamedTensor($0.name, $0.tensor.detached()) }
  }
}

/// What a regularizer sees of a step.
public struct RegularizationContext {
  /// The batch's codes on the prior's support, `[batch, latentSize]`, with gradients.
  public let latents: Tensor
  /// The memory's contents, without gradients.
  public let recollection: Recollection
  /// The law to match.
  public let prior: any Prior
  /// The run's random streams.
  public let streams: RandomStreams

  /// Collects the values.
  public init(latents: Tensor, recollection: Recollection, prior: any Prior, streams: RandomStreams) {
    self.latents = latents
    self.recollection = recollection
    self.prior = prior
    self.streams = streams
  }

  /// The batch's codes and the memory's population as one sample, `[batch + population, latentSize]`.
  ///
  /// Only the batch's rows carry gradients; these are multiplied by (batch + population) / batch, so that a
  /// penalty of the whole sample pulls as hard in expectation as if every row were live, and the weight means
  /// the same under every memory.
  public var samples: Tensor {
    guard let population = recollection.population else { return latents }
    let (batch, stored) = (latents.shape[0], population.shape[0])
    let scaled = latents.scalingGradient(by: Double(batch + stored) / Double(batch))
    return .concatenated([scaled, population])
  }

  /// Draws of the prior, `[count, latentSize]`.
  public func priorSamples(_ count: Int) -> Tensor { prior.sample(count, using: streams[.prior]) }

  /// The same step with codes that carry no gradients, for a critic.
  public var detached: RegularizationContext {
    .init(latents: latents.detached(), recollection: recollection, prior: prior, streams: streams)
  }
}

/// A regularizer that can be chosen by name.
public protocol RegularizerPlugin: LatentRegularizer, Plugin where Configuration: RegularizerConfiguration {
  /// The memory that the method uses where the configuration names none.
  static var defaultMemory: String { get }
  /// Whether the method looks at samples of codes at all; `none` does not, and takes no memory.
  static var takesSamples: Bool { get }
  /// Builds the regularizer.
  ///
  /// - Throws: ``ConfigurationError/incompatible(_:)`` where the method cannot match this prior.
  init(_ configuration: Configuration, context: RegularizerContext) throws
}

extension RegularizerPlugin {
  public static var defaultMemory: String { "batch" }
  public static var takesSamples: Bool { true }
}

/// The settings of a regularizer: its own, and its weight.
public protocol RegularizerConfiguration: PluginConfiguration {
  /// λ: the factor of the penalty beside the summed squared error of images in [0, 1].
  var weight: Double { get }
}

/// What a regularizer is built from beside its configuration.
public struct RegularizerContext {
  /// The law to match.
  public let prior: any Prior
  /// Codes of a batch.
  public let batchSize: Int
  /// Codes that the memory adds.
  public let populationSize: Int
  /// The stream of a critic's initial weights.
  public let generator: Generator

  /// Collects the values.
  public init(prior: any Prior, batchSize: Int, populationSize: Int, generator: Generator) {
    self.prior = prior
    self.batchSize = batchSize
    self.populationSize = populationSize
    self.generator = generator
  }
}

/// The regularizers by name.
public typealias RegularizerCatalog = Catalog<RegularizerContext, any LatentRegularizer>

extension RegularizerCatalog {
  /// The catalog with one more regularizer.
  public func adding<P: RegularizerPlugin>(_ type: P.Type) -> Self {
    adding(type) { try P($0, context: $1) }
  }
}
