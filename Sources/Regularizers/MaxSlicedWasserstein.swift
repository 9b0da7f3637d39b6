import Foundation
import MoCAProtocols

/// Max-sliced Wasserstein distance: W₂² along the direction in which codes and prior differ most (Deshpande
/// et al., "Max-Sliced Wasserstein Distance and its use for GANs", CVPR 2019).
///
/// Several random unit vectors climb the gradient of W₂² in parallel by normalised steps that shrink, and the
/// best one is kept. It carries no gradient itself (Danskin). The search finds a shift of all codes; where
/// one of many coordinates is squeezed it falls short of the maximum.
public final class MaxSlicedWasserstein: RegularizerPlugin {
  public static let name = "max-sliced-wasserstein"
  public static let summary = "Wasserstein distance along the direction of the largest difference"
  public static let reference = Citation(
    "Deshpande et al., Max-Sliced Wasserstein Distance and its use for GANs, CVPR 2019",
    url: "https://arxiv.org/abs/1904.05877")
  public static let about = """
    Like the sliced Wasserstein distance, but along one direction only: the one in which codes and prior differ \
    most. It is found anew in each step by gradient ascent on the unit sphere. What random directions miss in \
    many dimensions, such as one collapsed axis, this one looks for. Choose it where a few directions are known \
    to be wrong. Limits: all pull is along one axis in a step, the ascent can stop at a local maximum, and a \
    batch that is not much larger than the dimension always has some direction that looks wrong: at d = 128 and \
    256 codes, draws of the prior have four fifths of the value of a cloud shifted by half a standard deviation. \
    Give it a queue there.
    """
  public static let formula = """
    L = W₂²(θ*), θ* = argmax over |θ| = 1 of W₂²(θ)
    θ ← normalised(θ + 0.7ᵏ · g / |g|), g = ∂W₂²/∂θ along the sphere, k = 0, 1, …
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize:
      "the largest of many noisy distances exceeds that of the codes' own distribution by a term like d/N",
    .gradients: "the direction is held fixed, which gives the whole gradient at the exact maximum only",
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(
      .weight,
      source: "ours: within a factor of two as hard a pull on a shifted cloud as sliced-wasserstein's")
    public var weight: Weight = 100
    @Setting(
      "steps of gradient ascent", .between(0, 1000), source: "ours: more add nothing on a shifted cloud")
    public var steps = 10
    @Setting(
      "directions that climb in parallel", .between(1, 65536), source: "ours: one alone stops too early")
    public var starts = 8
    @Setting(
      "where the ascent starts: random directions, or the last step's direction among them",
      source: "ours: a penalty that depends on codes and streams alone")
    public var start = Start.random
    @Setting(
      "what codes are compared with: the prior's quantiles where known, or draws of the prior",
      source: "ours: quantiles have no noise")
    public var reference = ProjectionReference.quantiles

    public init() {}
  }

  /// Where the ascent starts.
  public enum Start: String, SettingValue, CaseIterable {
    case random, previous
  }

  /// `[samples, 1]`, or empty where draws are used.
  @Buffer private var quantiles: Tensor
  /// The direction of the last training step, `[latentSize, 1]`.
  @Buffer private var direction: Tensor
  private let configuration: Configuration

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    self.configuration = configuration
    quantiles = configuration.reference.quantiles(
      context.batchSize + context.populationSize, of: context.prior)
    direction = Tensor.normal([context.prior.latentSize, 1], using: context.generator)
      .normalized(along: 0).to(on: .cpu)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let samples = context.samples
    let count = samples.shape[0]
    let known = context.quantiles(count, planned: quantiles)
    let draws = known == nil ? context.priorSamples(count) : nil
    var starts = context.directions(configuration.starts)
    if configuration.start == .previous {
      let others = starts.narrowed(along: 1, from: 1, count: configuration.starts - 1)
      starts = .concatenated([direction, others], along: 1)
    }
    let best = withoutGradients {
      Self.direction(
        for: samples, quantiles: known, draws: draws, from: starts, steps: configuration.steps)
    }
    if configuration.start == .previous, context.latents.requiresGradient { direction = best }
    let targets = known ?? (draws ?? samples).sortedProjections(along: best)
    return Penalty(SlicedWasserstein.distance(of: samples, to: targets, along: best))
  }

  /// The unit vector with the largest W₂² that the ascent finds, `[latentSize, 1]`; for use without gradients.
  ///
  /// - Parameters:
  ///   - samples: `[count, latentSize]`.
  ///   - quantiles: `[count, 1]`, ascending, or `nil` for `draws`, `[count, latentSize]`.
  ///   - starts: Unit columns, `[latentSize, starts]`.
  public static func direction(
    for samples: Tensor, quantiles: Tensor?, draws: Tensor?, from starts: Tensor, steps: Int
  ) -> Tensor {
    var directions = starts
    for step in 0..<steps {
      let coupling = Coupling(samples, quantiles, draws, directions)
      let gradient = coupling.gradient
      let tangent = gradient - directions * (gradient * directions).sum(along: 0, keepsDimensions: true)
      directions = (directions + tangent.normalized(along: 0) * pow(0.7, Double(step))).normalized(along: 0)
    }
    let distances = Coupling(samples, quantiles, draws, directions).gaps.squared().mean(along: 0)
    return directions.gathered(along: 1, at: distances.argumentOfMaximum(along: 0).reshaped(1))
  }

  /// Who is compared with whom along each direction.
  private struct Coupling {
    /// Differences of sorted projections, `[count, directions]`.
    let gaps: Tensor
    /// Up to a positive factor, the derivatives of the mean squared gap in the directions.
    let gradient: Tensor

    init(_ samples: Tensor, _ quantiles: Tensor?, _ draws: Tensor?, _ directions: Tensor) {
      let (projected, order) = Self.sorted(samples, directions)
      let other = draws.map { Self.sorted($0, directions) }
      guard let targets = quantiles ?? other?.values else { fatalError("neither quantiles nor draws") }
      let gaps = projected - targets
      // Back in the order of the samples: the inverse of a permutation is its own sorting order.
      func pulled(_ points: Tensor, _ order: Tensor) -> Tensor {
        points.transposed().matmul(gaps.picked(along: 0, at: order.sortedIndices(along: 0)))
      }
      let own = pulled(samples, order)
      gradient = draws.flatMap { draws in other.map { own - pulled(draws, $0.order) } } ?? own
      self.gaps = gaps
    }

    private static func sorted(_ points: Tensor, _ directions: Tensor) -> (values: Tensor, order: Tensor) {
      let projected = points.matmul(directions)
      let order = projected.sortedIndices(along: 0)
      return (projected.picked(along: 0, at: order), order)
    }
  }
}
