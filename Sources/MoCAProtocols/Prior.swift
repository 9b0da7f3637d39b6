/// The distribution that the codes should follow. It owns the geometry of the latent space.
public protocol Prior: Module {
  /// Dimensions of a code, as vectors of coordinates.
  var latentSize: Int { get }
  /// What the support looks like; regularizers that need a certain one say so when they are built.
  var geometry: LatentGeometry { get }
  /// Maps `[batch, latentSize]` onto the support.
  func project(_ latents: Tensor) -> Tensor
  /// `[count, latentSize]` independent draws, on the generator's device.
  func sample(_ count: Int, using generator: Generator) -> Tensor
  /// The base scale C of inverse multiquadric kernels C / (C + |x − y|²): the mean squared distance of two
  /// draws (2dσ² for the normal distribution, 2 on the sphere).
  var kernelScale: Double { get }
  /// The quantiles of ⟨θ, z⟩ for a unit vector θ at (i + ½) / count, ascending, where they are known and the
  /// same for every θ; else `nil`.
  func projectionQuantiles(_ count: Int) -> [Double]?
  /// σ where the distribution is normal with mean zero and covariance σ²I; else `nil`. Closed forms against
  /// the normal distribution ask for it.
  var normalScale: Double? { get }
  /// The log density, `[batch]`, where it is known and not constant on the support; else `nil`.
  func logDensity(of latents: Tensor) -> Tensor?
  /// A path from one code to another that stays on the support, at `fraction` of the way.
  func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor
}

extension Prior {
  public func projectionQuantiles(_ count: Int) -> [Double]? { nil }

  public var normalScale: Double? { nil }

  public func logDensity(of latents: Tensor) -> Tensor? { nil }

  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    project(start * (1 - fraction) + end * fraction)
  }
}

/// A prior made of the encoder's own codes, as the VampPrior is: its parameters are images.
public protocol EncoderBoundPrior: Prior {
  /// Says which encoder and posterior make the codes. Keep them in a closure: they are not the prior's parts.
  func bind(to encoder: any Encoder, _ posterior: any Posterior)
}

/// The shape of a prior's support.
public enum LatentGeometry: String, Sendable, CaseIterable {
  /// The unit sphere, with the uniform distribution.
  case sphere
  /// All of space.
  case euclidean
  /// [−1, 1] in each coordinate.
  case cube
  /// The unit ball.
  case ball
  /// Non-negative coordinates whose sum is one.
  case simplex
}

/// A prior that can be chosen by name.
public protocol PriorPlugin: Prior, Plugin {
  init(_ configuration: Configuration, context: PriorContext) throws
}

/// What a prior is built from beside its configuration.
public struct PriorContext {
  /// Dimensions of a code.
  public let latentSize: Int
  /// The images of the run, or `nil` where they are not known yet and the prior is only being checked.
  public let imageShape: ImageShape?
  /// The stream of initial values.
  public let generator: Generator

  public init(latentSize: Int, imageShape: ImageShape? = nil, generator: Generator = Generator(seed: 0)) {
    self.latentSize = latentSize
    self.imageShape = imageShape
    self.generator = generator
  }
}

/// The kind of priors.
public enum PriorKind: PluginKind {
  public typealias Context = PriorContext
  public typealias Product = any Prior
  public typealias Declared = any PriorPlugin.Type
  public static let name = "prior"
}

public typealias PriorCatalog = Catalog<PriorKind>

extension PriorCatalog {
  /// The catalog with one more prior.
  public func adding<P: PriorPlugin>(_ type: P.Type) -> Self {
    adding(type, as: type, configuration: { $0 }, make: { try P($0, context: $1) })
  }
}
