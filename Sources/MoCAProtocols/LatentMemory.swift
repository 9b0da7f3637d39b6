/// Codes of earlier batches beside those of this one. It is separate from the discrepancy, so that any
/// regularizer that takes samples can be given a larger population than the batch.
public protocol LatentMemory: Module {
  /// The codes kept from earlier batches: the rows of ``Recollection/population``; 0 for none.
  var populationSize: Int { get }
  /// Steps by which the encoder of its keys is behind the one that is trained; 0 where it is that one.
  var encoderLag: Double { get }
  /// What the memory holds for this batch; called without gradients, before the losses.
  ///
  /// - Parameters:
  ///   - images: `[batch, channels, height, width]`.
  ///   - latents: Their codes, `[batch, latentSize]`, detached.
  func recall(images: Tensor, latents: Tensor) -> Recollection
  /// Stores the batch's keys and follows the encoder; called without gradients, after all losses and
  /// optimizers of the step.
  func update(with recollection: Recollection, following encoder: any Encoder)
  /// What is worth logging, as rank-0 tensors.
  var diagnostics: [NamedTensor] { get }
}

extension LatentMemory {
  public var encoderLag: Double { 0 }
  public var diagnostics: [NamedTensor] { [] }
}

/// What a memory holds for one batch; all of it without gradients.
public struct Recollection {
  /// The batch's own keys, `[batch, latentSize]`: its codes, or a momentum encoder's.
  public let keys: Tensor
  /// Keys of earlier batches, `[populationSize, latentSize]`, or `nil` for none.
  public let population: Tensor?

  public init(keys: Tensor, population: Tensor?) {
    self.keys = keys
    self.population = population
  }
}

/// A memory that can be chosen by name.
public protocol MemoryPlugin: LatentMemory, Plugin {
  init(_ configuration: Configuration, context: MemoryContext) throws
}

/// What a memory is built from beside its configuration.
public struct MemoryContext {
  public let prior: any Prior
  public let posterior: any Posterior
  /// Images of a training batch.
  public let batchSize: Int
  /// The encoder being trained.
  public let encoder: any Encoder
  /// Builds another encoder of the same structure.
  public let makeEncoder: () throws -> any Encoder
  /// The stream of initial contents.
  public let generator: Generator

  public init(
    prior: any Prior, posterior: any Posterior, batchSize: Int, encoder: any Encoder,
    makeEncoder: @escaping () throws -> any Encoder, generator: Generator
  ) {
    self.prior = prior
    self.posterior = posterior
    self.batchSize = batchSize
    self.encoder = encoder
    self.makeEncoder = makeEncoder
    self.generator = generator
  }
}

/// The kind of memories.
public enum MemoryKind: PluginKind {
  public typealias Context = MemoryContext
  public typealias Product = any LatentMemory
  public typealias Declared = any MemoryPlugin.Type
  public static let name = "memory"
}

public typealias MemoryCatalog = Catalog<MemoryKind>

extension MemoryCatalog {
  /// The catalog with one more memory.
  public func adding<P: MemoryPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
