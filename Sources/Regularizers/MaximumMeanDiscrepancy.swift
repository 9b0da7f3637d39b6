import MoCAProtocols

/// WAE-MMD: the kernel distance between codes and the prior (Tolstikhin, Bousquet, Gelly and Schölkopf,
/// "Wasserstein Auto-Encoders", ICLR 2018; Gretton et al., JMLR 2012; Székely and Rizzo 2013 for the energy
/// distance).
///
/// MMD² = E k(z, z′) − 2 E k(z, p) + E k(p, p′) over codes z and the prior's p, with the kernels of
/// ``Kernel``. The default λ is for `imq`; the other kernels are smaller by a factor of about their number of
/// scales. With a memory, codes of the batch are compared with all stored ones as well, one tile of the
/// matrix of pairs at a time.
public final class MaximumMeanDiscrepancy: RegularizerPlugin {
  public static let name = "mmd"
  public static let summary = "maximum mean discrepancy with a choice of kernels (WAE-MMD)"
  public static let reference = Citation(
    "Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018", url: "https://arxiv.org/abs/1711.01558")
  public static let about = """
    The distance between the mean embeddings of the codes and of the prior under a kernel. It has no critic \
    and no positive, works with every prior, and its unbiased estimate has the same expectation at every \
    batch size. Inverse multiquadric kernels of several widths see near and far differences at once and are \
    the safe choice; rbf has one width, from the median distance; energy has none and pulls at any \
    distance; laplace is sharper at short ones. On the sphere reference=analytic removes the noise of the \
    draws. Known limits: in many dimensions the value is small beside its noise, so larger batches or a \
    memory help; the unbiased estimate is negative about half the time at the optimum, which is not an \
    error.
    """
  public static let formula = """
    MMD² = E k(z, z′) − 2 E k(z, p) + E k(p, p′), codes z, draws p of the prior
    imq: k = Σ C / (C + |x − y|²)    rbf: k = exp(−|x − y|² / 2h²)
    laplace: k = exp(−|x − y| / h)    energy: k = −|x − y|
    """

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "the authors' code for MNIST, in this unit (500 for CelebA)")
    public var weight: Weight = 200
    @Setting("imq, rbf, energy or laplace", source: "the authors' code for both data sets") public
      var kernel = Kernel.imq
    @Setting(
      "factors of the prior's kernel scale, one kernel each; for imq", .above(0), source: "the authors' code")
    public var scales = [0.1, 0.2, 0.5, 1, 2, 5, 10]
    @Setting(
      "width h of the kernels rbf and laplace; null for the median distance", .above(0),
      source: "ours: the median of codes to draws alone; the authors add that among the codes")
    public var bandwidth: Double?
    @Setting(
      "whether pairs of a point with itself are left out (unbiased) or counted", source: "the authors' code")
    public var estimator = Estimator.unbiased
    @Setting(
      "what codes are compared with: draws of the prior, or its expectations where they are known",
      source: "the authors' code")
    public var reference = Reference.draws
    @Setting(
      "draws of the prior in a step; null for as many as codes", .between(2, 1_048_576),
      source: "the authors' code")
    public var draws: Int?

    public init() {}

    public func validate() throws {
      if scales.isEmpty {
        throw ConfigurationError.outOfRange(
          path: "regularizer.scales", found: "[]", allowed: "at least one factor")
      }
      if bandwidth != nil, !DistanceKernel.hasBandwidth(kernel) {
        throw ConfigurationError.incompatible(
          "regularizer.bandwidth is the width of the kernels rbf and laplace, and \"\(kernel.rawValue)\" has none; "
            + "leave it out, or set regularizer.kernel=rbf")
      }
      if draws != nil, reference == .analytic {
        throw ConfigurationError.incompatible(
          "regularizer.reference=analytic draws nothing from the prior; leave out regularizer.draws, or set "
            + "regularizer.reference=draws")
      }
    }
  }

  /// Which function of the distance. The width h is `bandwidth`, or its square the median of the squared distances
  /// between the batch's codes and as many draws, held fixed in the gradient (on the sphere 2).
  public enum Kernel: String, SettingValue, CaseIterable {
    /// The sum of C / (C + |x − y|²) over C = `scales` times the prior's `kernelScale`.
    case imq
    /// exp(−|x − y|² / 2h²).
    case rbf
    /// −|x − y|: MMD² is then the energy distance 2 E|z − p| − E|z − z′| − E|p − p′|.
    case energy
    /// exp(−|x − y| / h).
    case laplace
  }

  /// What becomes of pairs of a point with itself.
  public enum Estimator: String, SettingValue, CaseIterable {
    /// They are left out; the value can be slightly negative near its minimum.
    case unbiased
    /// They count (the V-statistic): never negative, with a minimum that falls with the size of the sample.
    case biased
  }

  /// How the prior enters.
  public enum Reference: String, SettingValue, CaseIterable {
    case draws
    /// By its expectations: on the sphere constants (one-dimensional integrals), for the normal distribution those of
    /// `rbf`, where h² is the prior's kernel scale unless `bandwidth` names one.
    case analytic
  }

  private let kernel: DistanceKernel
  private let expectations: KernelExpectations?
  private let isUnbiased: Bool
  private let draws: Int?

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    try configuration.validate()
    try context.requirePairs(for: Self.name)
    let prior = context.prior
    let isAnalytic = configuration.reference == .analytic
    kernel = DistanceKernel(
      family: configuration.kernel, scales: configuration.scales.map { $0 * prior.kernelScale },
      bandwidth: configuration.bandwidth ?? (isAnalytic ? prior.kernelScale.squareRoot() : nil))
    expectations = isAnalytic ? try KernelExpectations(kernel, prior) : nil
    isUnbiased = configuration.estimator == .unbiased
    draws = configuration.draws
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents
    let others = context.compared.detached()
    // Only the first of the two points is live in `within`; twice its gradient is the gradient of both.
    let within = { (square: Tensor?) in
      self.meanKernel(codes, others, square, isPairedWithItself: true).scalingGradient(by: 2)
    }
    if let expectations { return Penalty(within(nil) + expectations.remainder(for: codes)) }
    let targets = context.priorSamples(draws ?? others.shape[0])
    let anchors = targets.narrowed(along: 0, from: 0, count: min(codes.shape[0], targets.shape[0]))
    let square = squaredBandwidth(codes, anchors)
    let across = meanKernel(codes, targets, square, isPairedWithItself: false)
    let reference = meanKernel(anchors, targets, square, isPairedWithItself: true)
    return Penalty(within(square) - 2 * across + reference)
  }

  /// The median squared distance between codes and draws, where the kernel takes its width from it.
  private func squaredBandwidth(_ codes: Tensor, _ draws: Tensor) -> Tensor? {
    if kernel.bandwidth != nil || !DistanceKernel.hasBandwidth(kernel.family) { return nil }
    return codes.detached().squaredDistances(to: draws).median().clamped(min: 1e-12)
  }

  /// The mean kernel over all pairs. Where the first rows of `second` are `first` itself, equal pairs are left out, or
  /// in the biased estimate counted with the kernel's value at 0.
  private func meanKernel(
    _ first: Tensor, _ second: Tensor, _ squaredBandwidth: Tensor?, isPairedWithItself: Bool
  ) -> Tensor {
    let (rows, columns) = (Double(first.shape[0]), Double(second.shape[0]))
    let sum = PairSums.sum(first, second, isPairedWithItself: isPairedWithItself) {
      kernel.values($0, squaredBandwidth: squaredBandwidth)
    }
    if !isPairedWithItself { return sum / (rows * columns) }
    return isUnbiased ? sum / (rows * (columns - 1)) : (sum + rows * kernel.value(0)) / (rows * columns)
  }
}
