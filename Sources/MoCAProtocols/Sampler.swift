import Files

/// Draws latents after training: from the prior, or from a density fitted to the codes.
public protocol Sampler: Module {
  /// Whether ``fit(to:using:)`` must come first.
  var needsCodes: Bool { get }
  /// Learns from the codes of the training images, `[count, latentSize]` on the prior's support.
  ///
  /// - Throws: ``SamplerError`` where the codes cannot be fitted.
  func fit(to codes: Tensor, using generator: Generator) throws
  /// `[count, latentSize]` draws on the prior's support.
  func sample(_ count: Int, using generator: Generator) -> Tensor
}

/// Why a sampler cannot learn from the codes.
public struct SamplerError: Fault {
  /// What was found, what is needed and what to do.
  public let description: String
  public var fault: FaultKind { .data }

  /// States the reason.
  public init(_ description: String) { self.description = description }
}

/// A sampler that can be chosen by name.
public protocol SamplerPlugin: Sampler, Plugin {
  /// Builds the sampler for a trained model.
  init(_ configuration: Configuration, context: SamplerContext) throws
}

/// What a sampler is built from beside its configuration.
public struct SamplerContext {
  /// The prior of the run.
  public let prior: any Prior
  /// The trained networks, in evaluation mode.
  public let model: Autoencoder
  /// The run's regularizer: one that corrupts its input says how a Markov chain should.
  public let regularizer: (any LatentRegularizer)?

  /// Collects the values.
  public init(model: Autoencoder, regularizer: (any LatentRegularizer)? = nil) {
    prior = model.prior
    self.model = model
    self.regularizer = regularizer
  }
}

/// The kind of samplers.
public enum SamplerKind: PluginKind {
  public typealias Context = SamplerContext
  public typealias Product = any Sampler
  public typealias Declared = any SamplerPlugin.Type
  public static let name = "sampler"
}

public typealias SamplerCatalog = Catalog<SamplerKind>

extension SamplerCatalog {
  /// The catalog with one more sampler.
  public func adding<P: SamplerPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
