import MoCAProtocols

/// A mixture of von Mises-Fisher distributions fitted to codes on the unit sphere (Banerjee, Dhillon, Ghosh
/// and Sra, "Clustering on the Unit Hypersphere using von Mises-Fisher Distributions", JMLR 2005).
///
/// Maximum likelihood by expectation-maximization with soft assignments, begun at k-means clusters, from
/// several starts. Draws are exact and lie on the sphere.
public final class VonMisesFisherMixtureSampler: SamplerPlugin {
  public static let name = "vmf-mixture"
  public static let summary = "a mixture of von Mises-Fisher distributions fitted to the codes; sphere only"
  public static let reference = Citation(
    "Banerjee et al., Clustering on the Unit Hypersphere using von Mises-Fisher Distributions, JMLR 2005",
    url: "https://jmlr.org/papers/v6/banerjee05a.html")
  public static let about = """
    Fits a mixture of von Mises-Fisher distributions, the normal distributions of the sphere, to the codes \
    of the training images. Its draws lie on the sphere by themselves, and it has one direction and one \
    concentration for each component, far fewer parameters than a Gaussian mixture. Choose it for codes on \
    the hypersphere, with more components where the codes have fine structure: each component is round. \
    Codes that are uniform already give concentrations near zero.
    """
  public static let formula = """
    p(z) = Σₖ wₖ exp(κₖ ⟨μₖ, z⟩) / M(κₖ),  M(κ) = Γ(d/2) (2/κ)^(d/2−1) I_(d/2−1)(κ), with respect to the uniform distribution
    κₖ solves I_(d/2)(κ) / I_(d/2−1)(κ) = |Σᵢ rᵢₖ zᵢ| / Σᵢ rᵢₖ
    """

  public struct Configuration: PluginConfiguration {
    @Setting("components", .between(1, 10_000), source: "ours: as many as of the Gaussian mixture")
    public var components = 10
    @Setting(
      "starts from other clusters; the most likely fit is kept", .between(1, 100),
      source: "ours: EM finds local optima")
    public var starts = 3
    @Setting(
      "steps of a start at most", .between(1, 1_000_000),
      source: "ours: the tolerance usually ends it before")
    public var iterations = 200
    @Setting(
      "a start ends where a step gains less in the mean log likelihood", .atLeast(0),
      source: "ours: a tenth of the Gaussian mixture's, since a step is cheap")
    public var tolerance = 1e-4

    public init() {}
  }

  public let needsCodes = true
  @Buffer private var weights: Tensor
  @Buffer private var directions: Tensor
  @Buffer private var concentrations: Tensor
  private let configuration: Configuration

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    if context.prior.geometry != .sphere {
      throw ConfigurationError.incompatible(
        "the sampler \"vmf-mixture\" fits distributions on the unit sphere, where the codes of this prior do "
          + "not lie; use the sampler gmm, or train with prior=hypersphere")
    }
    let (count, size) = (configuration.components, context.prior.latentSize)
    self.configuration = configuration
    weights = .zeros([count], dtype: .float64)
    directions = .zeros([count, size], dtype: .float64)
    concentrations = .zeros([count], dtype: .float64)
  }

  public func fit(to codes: Tensor, using generator: Generator) throws {
    let settings = configuration
    let codes = try FittingCodes(
      codes, sampler: Self.name, components: settings.components, codesOfOne: 2)
    let search = ExpectationMaximization(
      starts: settings.starts, iterations: settings.iterations, tolerance: settings.tolerance)
    let points = codes.points.normalized(along: 1)
    let found = try withoutGradients {
      try search.fit(points, count: settings.components, using: generator) {
        DirectionalComponents(points: points, responsibilities: $0)
      }
    }
    (weights, directions, concentrations) = (found.weights, found.directions, found.concentrations)
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    mixture.sample(count, using: generator).to(dtype: .float32).normalized(along: 1)
  }

  public var mixture: DirectionalComponents {
    if weights.sum().item == 0 { fatalError("the sampler vmf-mixture has not been fitted to codes") }
    return DirectionalComponents(weights: weights, directions: directions, concentrations: concentrations)
  }
}
