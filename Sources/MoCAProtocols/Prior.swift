/// The law that the latents should follow. It owns the geometry of the latent space.
public protocol Prior: Module {
  /// Dimensions of a latent, as vectors of coordinates.
  var latentSize: Int { get }
  /// What the support looks like; regularizers that need a certain one say so when they are built.
  var geometry: LatentGeometry { get }
  /// Maps `[batch, latentSize]` onto the support.
  func project(_ latents: Tensor) -> Tensor
  /// `[count, latentSize]` independent draws, on the generator's device.
  func sample(_ count: Int, using generator: Generator) -> Tensor
  /// The base scale C of inverse multiquadric kernels C / (C + |x − y|²): the mean squared distance of two
  /// draws (2dσ² for the normal law, 2 on the sphere).
  var kernelScale: Double { get }
  /// The quantiles of ⟨θ, z⟩ for a unit vector θ at (i + ½) / count, ascending, where they are known and the
  /// same for every θ; else `nil`.
  func projectionQuantiles(_ count: Int) -> [Double]?
  /// The log density, `[batch]`, where it is known and not constant on the support; else `nil`.
  func logDensity(of latents: Tensor) -> Tensor?
  /// A path from one latent to another that stays on the support, at `fraction` of the way.
  func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor
}

extension Prior {
  public func projectionQuantiles(_ count: Int) -> [Double]? { nil }

  public func logDensity(of latents: Tensor) -> Tensor? { nil }

  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    project(start * (1 - fraction) + end * fraction)
  }
}

/// The shape of a prior's support.
public enum LatentGeometry: String, Sendable {
  /// The unit sphere.
  case sphere
  /// All of space.
  case euclidean
}

/// A prior that can be chosen by name.
public protocol PriorPlugin: Prior, Plugin {
  /// Builds the prior.
  init(_ configuration: Configuration, latentSize: Int) throws
}

/// The priors by name; they are built from the size of the latents.
public typealias PriorCatalog = Catalog<Int, any Prior>

extension PriorCatalog {
  /// The catalog with one more prior.
  public func adding<P: PriorPlugin>(_ type: P.Type) -> Self {
    adding(type) { try P($0, latentSize: $1) }
  }
}
