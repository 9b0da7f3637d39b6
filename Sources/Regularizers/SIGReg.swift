import Foundation
import MoCAProtocols

/// SIGReg: the Epps-Pulley statistic of random projections (Balestriero and LeCun, "LeJEPA", arXiv
/// 2511.08544; Epps and Pulley, Biometrika 1983).
///
/// The mean over random unit directions of ∫ |ψ(t) − φ(t)|² exp(−t²/2) dt by the trapezoid rule, for codes
/// scaled to unit variance; the integrand is even, and half of it is summed. The authors multiply by N: a
/// test statistic with one distribution for all N under the null hypothesis, but the pull on a code elsewhere
/// then grows with the batch. `scalesWithCount` restores their form.
///
/// Cost: 34 sines and cosines for each of N × 1024 projections, of which the batch's stay in memory for the
/// way back. With a large population that is far more than sorting 50 slices; fewer slices cost less.
public final class SIGReg: RegularizerPlugin {
  public static let name = "sigreg"
  public static let summary = "characteristic functions of random projections (SIGReg, LeJEPA)"
  public static let reference = Citation(
    "Balestriero and LeCun, LeJEPA, 2025", url: "https://arxiv.org/abs/2511.08544")
  public static let about = """
    Along each of many random directions the characteristic function of the projected codes is compared with the \
    prior's at a few frequencies: the test of Epps and Pulley. It needs no sorting, its terms are means over \
    codes, and its gradients are bounded. It comes from self-supervised learning, where it keeps features normal. \
    Choose it for the normal prior and large batches. Limits: codes far outside are hardly pulled, since sine and \
    cosine turn over; where all codes are one the pull is weak (see visreg); each code costs 34 sines and cosines \
    in each of 1024 directions.
    """
  public static let formula = """
    L = mean over θ of ∫ |ψ_θ(t) − φ(t)|² e^(−t²/2) dt, t from −3 to 3
    ψ_θ(t) = 1/N · Σᵢ e^(i t ⟨θ, zᵢ⟩), φ: the prior's characteristic function, e^(−t²/2) for N(0, I)
    times N with scalesWithCount
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the squared error of a finite sample's characteristic function adds a term in 1/N; times N, a shift grows with N"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: within a factor of two as hard a pull on a shifted cloud as sliced-wasserstein's")
    public var weight: Weight = 100
    @Setting("random directions in a step", .between(1, 65536), source: "the authors' code")
    public var slices = 1024
    @Setting("frequencies from 0 to the largest", .between(2, 1024), source: "the authors' code")
    public var knots = 17
    @Setting("the largest frequency, for codes of unit variance", .above(0), source: "the authors' code")
    public var largestFrequency = 3.0
    @Setting(
      "whether the integral is multiplied by the number of codes",
      source: "ours: λ then means the same at every batch size; the authors multiply")
    public var scalesWithCount = false

    public init() {}
  }

  /// The prior's characteristic function at the knots, real and imaginary part, `[2, knots, 1]`; empty for draws.
  @Buffer private var characteristic: Tensor
  /// The weight of each knot in the integral, `[knots, 1]`.
  @Buffer private var weights: Tensor
  public let frequencies: [Double]
  private let slices: Int
  private let scale: Double
  private let scalesWithCount: Bool

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    slices = configuration.slices
    scale = context.prior.unitScale
    scalesWithCount = configuration.scalesWithCount
    let last = configuration.knots - 1
    let spacing = configuration.largestFrequency / Double(last)
    let knots = (0...last).map { Double($0) * spacing }
    frequencies = knots
    weights = Tensor(
      knots.indices.map { index in
        let share: Double = index == 0 || index == last ? 1 : 2
        return Float(share * spacing * exp(-knots[index] * knots[index] / 2))
      }, shape: [knots.count, 1])
    let real = Self.characteristic(of: context.prior, at: knots, scale: scale) ?? []
    let both = (real + real.map { _ in 0 }).map(Float.init)
    characteristic = Tensor(both, shape: [2, real.count, 1])
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let directions = context.directions(slices) * scale
    let batch = context.latents.shape[0]
    var found = Self.moments(of: context.latents, along: directions, at: frequencies)
    var count = batch
    if let population = context.recollection.population {
      count += population.shape[0]
      let share = Double(batch) / Double(count)
      let stored = withoutGradients { Self.moments(of: population, along: directions, at: frequencies) }
      // The batch's share of the gradient is that of all codes, as in `context.samples`.
      found = found.scalingGradient(by: 1 / share) * share + stored * (1 - share)
    }
    let drawn =
      characteristic.shape[1] > 0
      ? nil : Self.moments(of: context.priorSamples(count), along: directions, at: frequencies)
    let integral = integral(of: found, to: drawn)
    return Penalty(scalesWithCount ? integral * Double(count) : integral)
  }

  /// The mean over directions of the integral of the squared difference; rank 0.
  ///
  /// - Parameters:
  ///   - found: What ``moments(of:along:at:)`` gives for the codes at ``frequencies``.
  ///   - expected: The same of draws, or `nil` for the prior's characteristic function, which must be known.
  public func integral(of found: Tensor, to expected: Tensor? = nil) -> Tensor {
    let errors = (found - (expected ?? characteristic)).squared().sum(along: 0)  // [knots, directions]
    return (errors * weights).sum(along: 0).mean()
  }

  /// Means over points of cos(t ⟨θ, z⟩) and sin(t ⟨θ, z⟩), `[2, frequencies, directions]`.
  public static func moments(of points: Tensor, along directions: Tensor, at frequencies: [Double]) -> Tensor
  {
    let projected = points.matmul(directions)
    let pairs = frequencies.map { frequency in
      let angles = projected * frequency
      return Tensor.stacked([angles.cosine().mean(along: 0), angles.sine().mean(along: 0)])
    }
    return .stacked(pairs, along: 1)
  }

  /// E cos(t ⟨θ, z⟩) of the scaled prior, where it is the same for every θ and known: exp(−t²/2) for the normal
  /// distribution, else the mean over 1024 quantiles.
  private static func characteristic(
    of prior: any Prior, at frequencies: [Double], scale: Double
  ) -> [Double]? {
    if prior.normalScale != nil { return frequencies.map { exp(-$0 * $0 / 2) } }
    return prior.projectionQuantiles(1024).map { quantiles in
      frequencies.map { frequency in
        quantiles.reduce(0) { $0 + cos(frequency * scale * $1) } / Double(quantiles.count)
      }
    }
  }
}
