import MoCAProtocols

/// Sliced Cramér distance: the squared difference of distribution functions along random directions (Kolouri,
/// Ketz, Soltoggio and Pilly, "Sliced Cramer Synaptic Consolidation", ICLR 2020, for the sliced form; Székely
/// and Rizzo, "Energy statistics", 2013, for the identity with the energy distance).
///
/// The mean over directions of ∫ (F(t) − G(t))² dt. Both are step functions, so the integral is a sum over
/// the merged, sorted values: exact, in O(n log n). With infinitely many directions it is the energy distance
/// of the points themselves times E|θ₁|.
public final class SlicedCramer: RegularizerPlugin {
  public static let name = "sliced-cramer"
  public static let summary = "squared difference of distribution functions along random directions"
  public static let reference = Citation(
    "Kolouri et al., Sliced Cramer Synaptic Consolidation for Preserving Deeply Learned Representations, ICLR 2020",
    url: "https://openreview.net/forum?id=BJge3TNKwH")
  public static let about = """
    Codes are projected on random directions, and along each one the area between the squared distribution \
    functions of codes and prior is measured. It is the energy distance, taken slice by slice, and needs sorting \
    only. Its gradient is bounded: a far outlier pulls no harder than a near one, where the Wasserstein distance \
    pulls in proportion. Choose it where codes have heavy tails. Limits: like all random slices it sees little of \
    a difference in one of many dimensions, and a finite batch still costs about 1/N at the minimum.
    """
  public static let formula = """
    L = mean over θ of ∫ (F_θ(t) − G_θ(t))² dt
    F_θ, G_θ: distribution functions of ⟨θ, z⟩ for codes and prior
    = E|a − b| − ½ E|a − a′| − ½ E|b − b′| of the projections
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize: "the distribution function of a finite sample adds ∫ F (1 − F) dt / N to the expectation"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: within a factor of two as hard a pull on a shifted cloud as sliced-wasserstein's")
    public var weight: Weight = 1500
    @Setting("random directions in a step", .between(1, 65536), source: "that of sliced-wasserstein")
    public var projections = 50
    @Setting(
      "what codes are compared with: the prior's quantiles where known, or draws of the prior",
      source: "ours: quantiles have no noise")
    public var reference = ProjectionReference.quantiles
    @Setting(
      "quantiles that stand for the prior", .between(2, 1_048_576),
      source: "ours: values to 2e-5, gradients to 1e-3")
    public var quantileCount = 1024

    public init() {}
  }

  /// `[quantileCount, 1]`, or empty where draws are used.
  @Buffer private var quantiles: Tensor
  private let projections: Int

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    projections = configuration.projections
    quantiles = configuration.reference.quantiles(configuration.quantileCount, of: context.prior)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let samples = context.samples
    let directions = context.directions(projections)
    let targets =
      quantiles.shape[0] > 0
      ? quantiles : context.priorSamples(samples.shape[0]).matmul(directions)
    return Penalty(Self.distance(of: samples, to: targets, along: directions))
  }

  /// The mean over directions of ∫ (F − G)² dt; rank 0.
  ///
  /// - Parameters:
  ///   - samples: `[count, latentSize]`.
  ///   - targets: Atoms of equal mass in any order, `[atoms, directions]`, or `[atoms, 1]` for all directions.
  ///   - directions: Unit columns, `[latentSize, directions]`.
  public static func distance(of samples: Tensor, to targets: Tensor, along directions: Tensor) -> Tensor {
    let (count, atoms) = (samples.shape[0], targets.shape[0])
    let projected = samples.matmul(directions)
    let merged = Tensor.concatenated([projected, targets.expanded(to: [atoms, projected.shape[1]])])
    let order = merged.detached().sortedIndices(along: 0)
    // Counted in whole numbers, which Float holds exactly.
    let below = order.isLess(than: Double(count)).to(dtype: .float32).cumulativeSum(along: 0)
    let rank = (Tensor.range(count + atoms, dtype: .float32, on: samples.device) + 1).expandingDimension(
      at: 1)
    let difference = below * (1 / Double(count) + 1 / Double(atoms)) - rank / Double(atoms)
    let values = merged.picked(along: 0, at: order)
    let last = count + atoms - 1
    let widths =
      values.narrowed(along: 0, from: 1, count: last) - values.narrowed(along: 0, from: 0, count: last)
    return (difference.narrowed(along: 0, from: 0, count: last).squared() * widths).sum(along: 0).mean()
  }
}
