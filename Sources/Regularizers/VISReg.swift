import MoCAProtocols

/// VISReg: centre, scale and shape of the codes apart (Wu et al., arXiv 2606.02572).
///
/// Three terms for codes scaled so that the prior has unit variance; in the third the standard deviation is
/// held fixed. The scale term keeps pulling where all codes come close to one point, where characteristic
/// functions lose their gradient. Lightly takes the quantiles at i/(N + 1), this the prior's at (i − ½)/N,
/// which have the better match in variance.
public final class VISReg: RegularizerPlugin {
  public static let name = "visreg"
  public static let summary = "centre, scale and sliced shape of the codes as three terms (VISReg)"
  public static let reference = Citation("Wu et al., VISReg, 2026", url: "https://arxiv.org/abs/2606.02572")
  public static let about = """
    Three plain terms in place of one distance: the mean of each coordinate goes to zero, its standard deviation \
    to the prior's, and what is left, the shape of the standardised codes, is compared slice by slice with the \
    prior's quantiles. Because scale has a term of its own, codes that have nearly collapsed are pulled apart as \
    hard as any. Choose it where a run threatens to collapse, or where centre, scale and shape should be weighted \
    apart. Limits: only for priors that look the same in every direction; centre and scale go by coordinates, so \
    correlations are left to the shape term.
    """
  public static let formula = """
    L = c · mean_j m_j² + s · mean_j (1 − s_j)² + w · mean over θ of W₂²(θ)
    m_j, s_j: mean and standard deviation of coordinate j of the codes, scaled to unit variance
    W₂²(θ) = 1/N · Σᵢ (⟨θ, x⟩₍ᵢ₎ − qᵢ)², x = (z − m) / (stop(s) + 10⁻⁴), qᵢ: the prior's quantiles
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize: "means, deviations and sorted projections of a finite sample each add a term in 1/N",
    .gradients: "the standard deviation inside the shape term is held fixed by definition",
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: within a factor of two as hard a pull on a shifted cloud as sliced-wasserstein's")
    public var weight: Weight = 50
    @Setting("random directions in a step", .between(1, 65536), source: "ours; 4096 in lightly")
    public var projections = 256
    @Setting("weight of the means", .atLeast(0), source: "lightly's implementation")
    public var centerWeight = 1.0
    @Setting("weight of the standard deviations", .atLeast(0), source: "lightly's implementation")
    public var scaleWeight = 1.0
    @Setting("weight of the standardised shape", .atLeast(0), source: "lightly's implementation")
    public var shapeWeight = 1.0

    public init() {}
  }

  /// `[samples, 1]`, of the prior itself.
  @Buffer private var quantiles: Tensor
  private let configuration: Configuration
  private let scale: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    let known = ProjectionReference.quantiles.quantiles(
      context.batchSize + context.populationSize, of: context.prior)
    if known.shape[0] == 0 {
      throw ConfigurationError.incompatible(
        "the regularizer \"visreg\" compares standardised codes with quantiles that are the same in every "
          + "direction, and this prior has none; set prior=normal or prior=hypersphere, or choose "
          + "regularizer=sliced-wasserstein")
    }
    quantiles = known
    self.configuration = configuration
    scale = context.prior.unitScale
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let samples = context.samples * scale
    guard let quantiles = context.quantiles(samples.shape[0], planned: quantiles) else {
      fatalError("visreg has no quantiles for \(samples.shape[0]) codes")
    }
    let terms = Self.terms(
      of: samples, to: quantiles * scale, along: context.directions(configuration.projections))
    return Penalty(
      terms.center * configuration.centerWeight + terms.scale * configuration.scaleWeight
        + terms.shape * configuration.shapeWeight,
      diagnostics: [
        NamedTensor("center", terms.center), NamedTensor("scale", terms.scale),
        NamedTensor("shape", terms.shape),
      ])
  }

  public struct Terms {
    /// The mean square of the coordinates' means.
    public let center: Tensor
    /// The mean squared distance of the standard deviations from 1.
    public let scale: Tensor
    /// The mean W₂² of the standardised codes.
    public let shape: Tensor
  }

  /// The terms of samples `[count, latentSize]` against quantiles `[count, 1]` of unit variance along unit columns
  /// `[latentSize, directions]`.
  public static func terms(of samples: Tensor, to quantiles: Tensor, along directions: Tensor) -> Terms {
    let means = samples.mean(along: 0, keepsDimensions: true)
    let centered = samples - means
    // The root of zero has no derivative; 1e-8 is far below the variance of any code in use.
    let deviations = (centered.squared().mean(along: 0, keepsDimensions: true) + 1e-8).squareRoot()
    let standardized = centered / (deviations.detached() + 1e-4)
    return Terms(
      center: means.squared().mean(), scale: (deviations - 1).squared().mean(),
      shape: SlicedWasserstein.distance(of: standardized, to: quantiles, along: directions))
  }
}
