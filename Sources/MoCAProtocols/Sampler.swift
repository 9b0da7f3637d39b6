/// Draws latents after training: from the prior, or from a density fitted to the codes.
public protocol Sampler: Module {
  /// Learns from the codes of the training images, `[count, latentSize]`.
  func fit(to codes: Tensor) throws
  /// Whether ``fit(to:)`` must come first.
  var needsCodes: Bool { get }
  /// `[count, latentSize]` draws.
  func sample(_ count: Int, using generator: Generator) -> Tensor
}

/// A sampler that can be chosen by name.
public protocol SamplerPlugin: Sampler, Plugin {
  /// Builds the sampler for latents of this prior.
  init(_ configuration: Configuration, prior: any Prior) throws
}

/// The samplers by name; they are built from the run's prior.
public typealias SamplerCatalog = Catalog<any Prior, any Sampler>

extension SamplerCatalog {
  /// The catalog with one more sampler.
  public func adding<P: SamplerPlugin>(_ type: P.Type) -> Self {
    adding(type) { try P($0, prior: $1) }
  }
}
