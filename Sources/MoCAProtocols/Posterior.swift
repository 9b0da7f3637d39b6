/// How a latent is drawn from an encoder's features.
public protocol Posterior: Module {
  /// The features that the encoder must give.
  var featureCount: Int { get }
  /// `[batch, featureCount]` → `[batch, latentSize]`, one draw for each image.
  func draw(from features: Tensor, using generator: Generator) -> Tensor
  /// `[batch, featureCount]` → `[batch, latentSize]`: the most likely latent, for evaluation and for keys.
  func mode(of features: Tensor) -> Tensor
}

/// A posterior that can be chosen by name.
public protocol PosteriorPlugin: Posterior, Plugin {
  /// Builds the posterior.
  init(_ configuration: Configuration, latentSize: Int) throws
}

/// The posteriors by name; they are built from the size of the latents.
public typealias PosteriorCatalog = Catalog<Int, any Posterior>

extension PosteriorCatalog {
  /// The catalog with one more posterior.
  public func adding<P: PosteriorPlugin>(_ type: P.Type) -> Self {
    adding(type) { try P($0, latentSize: $1) }
  }
}
