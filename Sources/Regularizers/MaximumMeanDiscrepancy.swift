import MoCAProtocols

/// WAE-MMD: the kernel distance between codes and draws of the prior (Tolstikhin, Bousquet, Gelly and Schölkopf,
/// "Wasserstein Auto-Encoders", ICLR 2018; Gretton et al., JMLR 2012).
///
/// MMD² = E k(z, z′) − 2 E k(z, p) + E k(p, p′) with the sum of inverse multiquadric kernels
/// k(x, y) = Σ_s C_s / (C_s + |x − y|²), C_s = C · s over s ∈ {0.1, 0.2, 0.5, 1, 2, 5, 10}, where C is the prior's
/// ``Prior/kernelScale`` (the authors' code: 2dσ² for the normal law, 2 on the sphere). The estimator is unbiased:
/// no pair of a point with itself; it can therefore be slightly negative near its minimum.
///
/// With a memory, codes of the batch are compared with all stored ones as well; one batch × population matrix at a
/// time. λ = 200 is the authors' value for MNIST in this project's unit (500 for CelebA).
public final class MaximumMeanDiscrepancy: RegularizerPlugin {
  public static let name = "mmd"
  public static let summary = "maximum mean discrepancy with inverse multiquadric kernels (WAE-MMD)"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")

  /// The settings.
  public struct Configuration: RegularizerConfiguration {
    @Setting("λ beside the summed squared error of images in [0, 1]", .atLeast(0)) public var weight = 200.0
    @Setting("factors of the prior's kernel scale, one kernel each", .above(0))
    public var scales = [0.1, 0.2, 0.5, 1, 2, 5, 10]
    @Setting("draws of the prior in a step; null for as many as codes", .atLeast(2)) public var draws: Int?

    public init() {}

    public func validate() throws {
      if scales.isEmpty {
        throw ConfigurationError.outOfRange(
          path: "regularizer.scales", found: "[]", allowed: "at least one factor")
      }
    }
  }

  private let bandwidths: [Double]
  private let draws: Int?

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    bandwidths = configuration.scales.map { $0 * context.prior.kernelScale }
    draws = configuration.draws
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents
    let stored = context.recollection.population.map { [$0] } ?? []
    let others = Tensor.concatenated([codes.detached()] + stored)
    let targets = context.priorSamples(draws ?? others.shape[0])
    let anchors = targets.narrowed(along: 0, from: 0, count: min(codes.shape[0], targets.shape[0]))
    // Only the first of the two points is live in `within`; twice its gradient is the gradient of both.
    let within = meanKernel(codes, others, isPairedWithItself: true).scalingGradient(by: 2)
    let across = meanKernel(codes, targets, isPairedWithItself: false)
    let reference = meanKernel(anchors, targets, isPairedWithItself: true)
    return Penalty(within - 2 * across + reference)
  }

  /// The mean kernel over all pairs; where the first rows of `second` are `first` itself, without equal pairs.
  private func meanKernel(_ first: Tensor, _ second: Tensor, isPairedWithItself: Bool) -> Tensor {
    let distances = first.squaredDistances(to: second)
    let kernel = bandwidths.map { $0 / (distances + $0) }.reduce(nil) { sum, term in
      sum.map { $0 + term } ?? term
    }
    guard let kernel else { fatalError("mmd has no kernel") }
    let (rows, columns) = (Double(first.shape[0]), Double(second.shape[0]))
    if !isPairedWithItself { return kernel.mean() }
    let own = kernel.diagonal().sum()
    return (kernel.sum() - own) / (rows * (columns - 1))
  }
}
