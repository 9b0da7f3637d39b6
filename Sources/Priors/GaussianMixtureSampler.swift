import MoCAProtocols

/// A mixture of normal distributions fitted to the codes: the ex-post density of Ghosh, Sajjadi, Vergari,
/// Black and Schölkopf, "From Variational to Deterministic Autoencoders", ICLR 2020.
///
/// Maximum likelihood by expectation-maximization in `float64`, begun at k-means clusters, from several
/// starts. Draws that leave the prior's support are taken to its nearest point (on the sphere they are
/// normalised).
public final class GaussianMixtureSampler: SamplerPlugin {
  public static let name = "gmm"
  public static let summary = "a Gaussian mixture fitted to the codes (ex-post density)"
  public static let reference = Citation(
    "Ghosh et al., From Variational to Deterministic Autoencoders, ICLR 2020",
    url: "https://arxiv.org/abs/1903.12436")
  public static let about = """
    Fits a mixture of normal distributions to the codes of the training images and draws new codes from it. \
    It makes up for codes that do not follow the prior, which is why a score with it says little about the \
    regularizer: report it beside the score of draws from the prior. Choose it for autoencoders without a \
    prior, or to see how much a mismatch costs. Full covariances need many codes for each component; in \
    large latent spaces diagonal ones are safer. On a bounded support the mixture ignores the boundary: \
    draws beyond it are taken to the nearest point.
    """
  public static let formula = "p(z) = Σₖ wₖ N(z; μₖ, Σₖ),  wₖ, μₖ, Σₖ = argmax mean log p(zᵢ)"

  public struct Configuration: PluginConfiguration {
    @Setting("components", .between(1, 1000), source: "Ghosh et al. 2020: 10") public var components = 10
    @Setting("covariances of the components", source: "Ghosh et al. 2020: full") public var covariance =
      Covariance.full
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
      source: "Ghosh et al. 2020, as in scikit-learn")
    public var tolerance = 1e-3
    @Setting("added to every variance", .atLeast(0), source: "scikit-learn's GaussianMixture")
    public var floor = 1e-6

    public init() {}
  }

  public enum Covariance: String, SettingValue, CaseIterable {
    case full, diagonal
  }

  public let needsCodes = true
  @Buffer private var weights: Tensor
  @Buffer private var means: Tensor
  @Buffer private var factors: Tensor
  private let configuration: Configuration
  private let geometry: LatentGeometry

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    let (count, size) = (configuration.components, context.prior.latentSize)
    self.configuration = configuration
    geometry = context.prior.geometry
    weights = .zeros([count], dtype: .float64)
    means = .zeros([count, size], dtype: .float64)
    factors = .zeros([count, size, size], dtype: .float64)
  }

  public func fit(to codes: Tensor, using generator: Generator) throws {
    let settings = configuration
    let isDiagonal = settings.covariance == .diagonal
    let codes = try FittingCodes(
      codes, sampler: Self.name, components: settings.components,
      codesOfOne: isDiagonal ? 2 : codes.shape[1] + 1, alternative: isDiagonal ? nil : "covariance=diagonal")
    let search = ExpectationMaximization(
      starts: settings.starts, iterations: settings.iterations, tolerance: settings.tolerance)
    let points = codes.points
    let found = try withoutGradients {
      try search.fit(points, count: settings.components, using: generator) { responsibilities in
        NormalComponents(
          points: points, responsibilities: responsibilities, floor: settings.floor, isDiagonal: isDiagonal)
      }
    }
    (weights, means, factors) = (found.weights, found.means, found.factors)
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    geometry.nearest(to: mixture.sample(count, using: generator).to(dtype: .float32))
  }

  /// The fitted mixture, before draws are taken to the prior's support.
  public var mixture: NormalComponents {
    if weights.sum().item == 0 { fatalError("the sampler gmm has not been fitted to codes") }
    return NormalComponents(weights: weights, means: means, factors: factors)
  }
}
