import MoCAProtocols

/// The maximum mean discrepancy of a Gaussian kernel through random Fourier features (Rahimi and Recht, "Random
/// Features for Large-Scale Kernel Machines", NeurIPS 2007; Zhao and Meng, "FastMMD", Neural Computation 2015).
///
/// exp(−|x − y|² / (s C)) = E cos(w·(x − y)) for w ~ N(0, 2 / (s C)), where C is the prior's kernel scale. With features
/// φ(x) = (cos Wx, sin Wx) / √F the sums over pairs are squared lengths of sums over points, so that the cost grows with
/// the batch and not with its square: MMD² = Σ_{i≠j} φ(zᵢ)·φ(zⱼ) / (n(n − 1)), the same of the draws, less twice the
/// product of the means. Unbiased for every W, so its expectation does not depend on the batch; it can be slightly
/// negative near zero.
public final class RandomFeatures: RegularizerPlugin {
  public static let name = "random-features"
  public static let summary = "Gaussian-kernel MMD through random Fourier features, linear in the batch"
  public static let about = """
    A kernel distance whose cost grows with the batch and not with its square: the kernel is replaced by random cosines \
    and sines, drawn anew in each step. Choose it for large batches or long queues with any prior that can be sampled. \
    Few features make the gradient noisy, and one bandwidth sees one scale only.
    """
  public static let formula = """
    |mean φ(z) − mean φ(p)|², pairs of a point with itself left out,  φ(x) = (cos Wx, sin Wx) / √F,  W ~ N(0, 2 / (s C))
    """
  public static let reference = Citation(
    "Rahimi and Recht, Random Features for Large-Scale Kernel Machines, NeurIPS 2007",
    url: "https://papers.nips.cc/paper/2007/hash/013a006f03dbc5392effeb8f18fda755-Abstract.html")

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "ours: a starting point")
    public var weight: Weight = 500
    @Setting("random frequencies F in a step", .between(1, 65536), source: "ours")
    public var features = 512
    @Setting(
      "squared bandwidth s of the kernel, in units of the prior's kernel scale", .above(0), source: "ours")
    public var scale = 1.0

    public init() {}
  }

  private let features: Int
  private let deviation: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    features = configuration.features
    deviation = (2 / (configuration.scale * context.prior.kernelScale)).squareRoot()
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.samples
    let frequencies =
      Tensor.normal([codes.shape[1], features], using: context.streams[.frequencies]) * deviation
    let (own, other) = (sums(codes, frequencies), sums(context.priorSamples(codes.shape[0]), frequencies))
    let count = Double(codes.shape[0])
    let pairs = count * (count - 1)
    // Every point's features have length 1, so the pairs of a point with itself come to `count`.
    let within = (own.squared().sum() - count) / pairs
    let reference = (other.squared().sum() - count) / pairs
    return Penalty(within + reference - 2 * (own * other).sum() / (count * count))
  }

  /// The sum over all points of φ, `[2 F]`.
  private func sums(_ points: Tensor, _ frequencies: Tensor) -> Tensor {
    let angles = points.matmul(frequencies)  // [points, F]
    let sums = Tensor.concatenated([angles.cosine().sum(along: 0), angles.sine().sum(along: 0)])
    return sums / Double(features).squareRoot()
  }
}

extension RandomStream {
  /// Frequencies of random features: a stream of its own, so that no other part's draws change.
  static let frequencies = RandomStream(rawValue: "frequencies")
}
