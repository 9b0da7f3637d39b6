/// How a code is sampled from an encoder's features.
public protocol Posterior: Module {
  /// The features that the encoder must give.
  var featureCount: Int { get }
  /// `[batch, featureCount]` → `[batch, latentSize]`, one draw for each image.
  func sample(from features: Tensor, using generator: Generator) -> Tensor
  /// `[batch, featureCount]` → `[batch, latentSize]`: the most likely code, for evaluation and for keys.
  func mode(of features: Tensor) -> Tensor
  /// The differential entropy of each image's distribution, `[batch]`, in nats, with respect to the support's
  /// own measure (the area on a sphere); `nil` where the distribution has no density.
  func entropy(of features: Tensor) -> Tensor?
  /// KL(q ‖ prior) of each image's distribution q, `[batch]`, in nats, where it is known in closed form; else
  /// `nil`.
  func divergence(of features: Tensor, from prior: any Prior) -> Tensor?
}

extension Posterior {
  public func entropy(of features: Tensor) -> Tensor? { nil }

  public func divergence(of features: Tensor, from prior: any Prior) -> Tensor? { nil }
}

/// A posterior that can be chosen by name.
public protocol PosteriorPlugin: Posterior, Plugin {
  /// Builds the posterior of codes of this prior.
  ///
  /// - Throws: ``ConfigurationError/incompatible(_:)`` where its draws do not lie on the prior's support.
  init(_ configuration: Configuration, prior: any Prior) throws
}

/// The kind of posteriors.
public enum PosteriorKind: PluginKind {
  public typealias Context = any Prior
  public typealias Product = any Posterior
  public typealias Declared = any PosteriorPlugin.Type
  public static let name = "posterior"
}

public typealias PosteriorCatalog = Catalog<PosteriorKind>

extension PosteriorCatalog {
  /// The catalog with one more posterior.
  public func adding<P: PosteriorPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, prior: $1) })
  }
}
