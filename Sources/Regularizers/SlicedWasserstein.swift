import MoCAProtocols

/// Sliced Wasserstein distance between codes and the prior (Kolouri, Pope, Martin and Rohde,
/// "Sliced-Wasserstein Auto-Encoders", ICLR 2019).
///
/// The mean over random unit directions of W₂²: both samples are projected and sorted, and the squared
/// differences averaged. Directions are drawn anew in each step.
public final class SlicedWasserstein: RegularizerPlugin {
  public static let name = "sliced-wasserstein"
  public static let summary = "Wasserstein distance of random one-dimensional projections (SWAE)"
  public static let reference = Citation(
    "Kolouri et al., Sliced-Wasserstein Auto-Encoders, ICLR 2019", url: "https://arxiv.org/abs/1804.01947")
  public static let about = """
    Codes are projected on random directions, and along each one the sorted projections are compared with what \
    the prior would give. In one dimension optimal transport is sorting, so no kernel and no critic are needed. \
    Where the prior knows its quantiles in closed form there is no second sample and no noise from it. \
    Choose it as the plain, cheap method that works for every prior. Limits: a random direction in many \
    dimensions sees only a small part of a difference, so the value and the pull shrink like 1/d; at the \
    minimum a finite batch still costs about 1/N.
    """
  public static let formula = """
    L = mean over θ of W₂²(θ), θ uniform on the unit sphere
    W₂²(θ) = 1/N · Σᵢ (⟨θ, z⟩₍ᵢ₎ − qᵢ)², ⟨θ, z⟩₍ᵢ₎ ascending
    qᵢ: the prior's quantile of ⟨θ, z⟩ at (i − ½)/N, or the sorted projections of N draws
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the squared distance of a finite sample to a distribution exceeds that of its own distribution by a "
      + "term like 1/N"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: the value shrinks like 1/d, and the authors' unit is another")
    public var weight: Weight = 5000
    @Setting("random directions in a step", .between(1, 65536), source: "the authors' code")
    public var projections = 50
    @Setting(
      "what codes are compared with: the prior's quantiles where known, or draws of the prior",
      source: "ours: quantiles have no noise; the authors draw")
    public var reference = ProjectionReference.quantiles

    public init() {}
  }

  /// `[samples, 1]`, or empty where draws are used.
  @Buffer private var quantiles: Tensor
  private let projections: Int

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    projections = configuration.projections
    quantiles = configuration.reference.quantiles(
      context.batchSize + context.populationSize, of: context.prior)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let samples = context.samples
    let directions = context.directions(projections)
    let targets = context.targets(samples.shape[0], along: directions, planned: quantiles)
    return Penalty(Self.distance(of: samples, to: targets, along: directions))
  }

  /// The mean W₂² of the projections; rank 0.
  ///
  /// - Parameters:
  ///   - samples: `[count, latentSize]`.
  ///   - targets: Ascending, `[count, directions]`, or `[count, 1]` for all directions.
  ///   - directions: Unit columns, `[latentSize, directions]`.
  public static func distance(of samples: Tensor, to targets: Tensor, along directions: Tensor) -> Tensor {
    (samples.sortedProjections(along: directions) - targets).squared().mean()
  }
}
