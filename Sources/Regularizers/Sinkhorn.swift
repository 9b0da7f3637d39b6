import Foundation
import MoCAProtocols

/// The Sinkhorn autoencoder: debiased entropic transport between codes and draws of the prior (Patrini, van
/// den Berg, Forré, Carioni, Bhargav, Welling, Genewein and Nielsen, "Sinkhorn AutoEncoders", UAI 2019; Feydy
/// et al., "Interpolating between Optimal Transport and MMD using Sinkhorn Divergences", AISTATS 2019).
///
/// S = OT(z, p) − ½ OT(z, z) − ½ OT(p, p), a squared distance whose limit at small ε is W₂². (With half of
/// that cost, as in geomloss, value and ε are halved.) Solved in the log domain; over the first half of the
/// iterations ε falls geometrically from the kernel scale. By the envelope theorem the gradient at zᵢ is 2
/// (T(zᵢ) − T′(zᵢ)) over the sample's size, where T and T′ are the means of the codes and of the draws that
/// zᵢ is sent to.
///
/// Cost: three problems, each quadratic in the sample. With a population of N, tiles of batch × N are made
/// again in every iteration, about 8 N² d operations each, many times a training step; `draws` keeps the
/// second side small.
public final class Sinkhorn: RegularizerPlugin {
  public static let name = "sinkhorn"
  public static let summary = "debiased entropic transport between codes and draws of the prior (Sinkhorn AE)"
  public static let reference = Citation(
    "Patrini et al., Sinkhorn AutoEncoders, UAI 2019", url: "https://arxiv.org/abs/1810.01118")
  public static let about = """
    Optimal transport between the codes and draws of the prior, made smooth by an entropy term and freed of that \
    term's bias by the transport of each sample with itself. Unlike sliced distances it looks at all dimensions at \
    once and sends every code to a place of its own; unlike a kernel it still pulls where the two samples are far \
    apart. Choose it for priors of any shape, since it needs nothing but draws. It is the dearest method here: \
    every step solves three transport problems by fixed-point iterations. The value depends on the size of the \
    samples. A small regularization needs more iterations and samples larger than a batch, or the codes end too \
    wide; with estimator=standard, the published form, they end too narrow.
    """
  public static let formula = """
    S = OT(z, p) − ½ OT(z, z) − ½ OT(p, p)
    OT(x, y) = min over π of Σᵢⱼ πᵢⱼ |xᵢ − yⱼ|² + ε KL(π ‖ uniform ⊗ uniform)
    ε = regularization · C, C the prior's kernel scale
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "Transport between finite samples has no unbiased estimate: its expectation falls as they grow."
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: sliced-wasserstein's 5000 over d = 128, since a slice sees 1/d of a squared shift")
    public var weight: Weight = 40
    @Setting(
      "ε over the prior's kernel scale", .above(0),
      source: "ours: with smaller values a cloud that it moves ends too wide")
    public var regularization = 1.0
    @Setting(
      "iterations of each transport problem; more where the regularization is small", .between(1, 10_000),
      source: "ours: within 1e-4 of convergence at the default regularization")
    public var iterations = 20
    @Setting(
      "draws of the prior in a step; null for as many as codes", .between(2, 1_048_576),
      source: "ours: that of mmd")
    public var draws: Int?
    @Setting(
      "the transport of a sample with itself: corrected (no point may stay) or standard (as published)",
      source: "ours: the standard form is smallest for codes that are too narrow")
    public var estimator = Estimator.corrected

    public init() {}
  }

  /// How a sample is transported to itself.
  public enum Estimator: String, SettingValue, CaseIterable {
    /// No point may stay where it is, as no pair of a point with itself enters the unbiased MMD: larger for codes that
    /// are too narrow and for those too wide. That is right for distributions, seen through ever new batches; one
    /// fixed cloud, moved by it alone, ends too wide, the more so the smaller ε is.
    case corrected
    /// The textbook's: smaller for codes that are too narrow than for draws of the prior.
    case standard
  }

  private let schedule: [Double]
  private let draws: Int?
  private let estimator: Estimator

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    if context.batchSize + context.populationSize < 2 {
      throw ConfigurationError.incompatible(
        "the regularizer \"sinkhorn\" compares samples and a batch of one image is none; "
          + "raise training.batch, or choose another regularizer")
    }
    let (scale, ratio) = (context.prior.kernelScale, configuration.regularization)
    let descent = Double(max(1, configuration.iterations / 2))
    schedule = (1...configuration.iterations).map { step in
      scale * (ratio < 1 ? pow(ratio, min(1, Double(step) / descent)) : ratio)
    }
    draws = configuration.draws
    estimator = configuration.estimator
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let live = context.latents
    let (value, slopes) = withoutGradients {
      let stored = context.recollection.population.map { [$0] } ?? []
      let codes = Tensor.concatenated([live.detached()] + stored)
      return divergence(codes, context.priorSamples(draws ?? codes.shape[0]), batch: live.shape[0])
    }
    // Worth nothing, with the gradient that the envelope theorem gives to the batch's codes.
    let pull = ((live - live.detached()) * slopes).sum(along: 1).mean()
    return Penalty(value + pull)
  }

  /// S and its gradient at the first `batch` codes, times the number of codes.
  private func divergence(_ codes: Tensor, _ targets: Tensor, batch: Int) -> (value: Tensor, slopes: Tensor) {
    let staysAway = estimator == .corrected
    let across = Transport(from: codes, to: targets, tile: batch, staysAway: false).solved(schedule)
    let own = Transport(from: codes, to: codes, tile: batch, staysAway: staysAway).solvedWithItself(schedule)
    let reference = Transport(from: targets, to: targets, tile: batch, staysAway: staysAway)
      .solvedWithItself(schedule)
    let value = across.value - 0.5 * own.value - 0.5 * reference.value
    return (value, 2 * (own.destinations - across.destinations))
  }
}

/// Entropic transport between two samples of equal weights, in tiles of `tile` rows.
private struct Transport {
  /// What a solution leaves: the cost, and the mean of the points that each of the first `tile` rows is sent to.
  struct Solution {
    let value: Tensor
    let destinations: Tensor
  }

  private let sources: Tensor
  private let targets: Tensor
  private let tile: Int
  private let staysAway: Bool
  /// All costs, where one tile holds them.
  private let costs: Tensor?

  init(from sources: Tensor, to targets: Tensor, tile: Int, staysAway: Bool) {
    (self.sources, self.targets, self.tile, self.staysAway) = (sources, targets, tile, staysAway)
    let isSmall = max(sources.shape[0], targets.shape[0]) <= tile
    costs = isSmall ? sources.squaredDistances(to: targets) : nil
  }

  func solved(_ schedule: [Double]) -> Solution {
    var first = Tensor.zeros([sources.shape[0]], on: sources.device)
    var second = Tensor.zeros([targets.shape[0]], on: sources.device)
    for epsilon in schedule {
      first = softMinimum(second, epsilon)
      second = reversed.softMinimum(first, epsilon)
    }
    let epsilon = schedule[schedule.count - 1]
    return Solution(
      value: softMinimum(second, epsilon).mean() + second.mean(), destinations: destinations(second, epsilon))
  }

  /// The same for equal samples: one potential, averaged with its update.
  func solvedWithItself(_ schedule: [Double]) -> Solution {
    var potential = Tensor.zeros([sources.shape[0]], on: sources.device)
    for epsilon in schedule { potential = 0.5 * (potential + softMinimum(potential, epsilon)) }
    let epsilon = schedule[schedule.count - 1]
    return Solution(
      value: softMinimum(potential, epsilon).mean() + potential.mean(),
      destinations: destinations(potential, epsilon))
  }

  private var reversed: Transport {
    Transport(
      sources: targets, targets: sources, tile: tile, staysAway: staysAway, costs: costs?.transposed())
  }

  /// −ε log mean over j of exp((potentialⱼ − costᵢⱼ) / ε) for every source i.
  private func softMinimum(_ potential: Tensor, _ epsilon: Double) -> Tensor {
    let count = sources.shape[0]
    let starts = stride(from: 0, to: count, by: tile)
    let sums = starts.map { start in
      scores(potential, epsilon, from: start, count: min(tile, count - start)).logSumExp(along: 1)
    }
    let choices = Double(targets.shape[0] - (staysAway ? 1 : 0))
    return (Tensor.concatenated(sums) - log(choices)) * -epsilon
  }

  private func destinations(_ potential: Tensor, _ epsilon: Double) -> Tensor {
    let count = min(tile, sources.shape[0])
    return scores(potential, epsilon, from: 0, count: count).softmax(along: 1).matmul(targets)
  }

  /// `[count, targets]`: the logarithms of the plan's rows, but for their sums.
  private func scores(_ potential: Tensor, _ epsilon: Double, from start: Int, count: Int) -> Tensor {
    let costs =
      self.costs ?? sources.narrowed(along: 0, from: start, count: count).squaredDistances(to: targets)
    let scores = (potential - costs) / epsilon
    if !staysAway { return scores }
    let columns = Tensor.range(targets.shape[0], on: scores.device)
    let rows = (Tensor.range(count, on: scores.device) + Double(start)).expandingDimension(at: 1)
    return scores.filled(where: rows.isEqual(to: columns), with: -.infinity)
  }
}

extension Transport {
  private init(sources: Tensor, targets: Tensor, tile: Int, staysAway: Bool, costs: Tensor?) {
    (self.sources, self.targets, self.tile, self.staysAway) = (sources, targets, tile, staysAway)
    self.costs = costs
  }
}
