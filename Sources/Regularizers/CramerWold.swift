import Foundation
import MoCAProtocols

/// Cramér-Wold distance between codes and the prior (Tabor, Knop, Spurek, Podolak, Mazur and Jastrzębski,
/// "Cramer-Wold Auto-Encoder", JMLR 2020); the penalty is log(CW + 1e-7).
///
/// Projections of both distributions are smoothed, and the squared difference of their densities is averaged
/// over all directions in closed form (`CramerWoldKernel`). Pairs of a point with itself belong to it, so
/// it is never negative; only with a memory, where the batch meets all stored codes, the estimate can be. The
/// logarithm is then taken of at least the value that as many draws of the prior would give.
///
/// Codes and targets are scaled to unit variance first. On the sphere every code has the same mean kernel C
/// with the prior, by symmetry, so that the distance is the codes' own mean kernel less C.
public final class CramerWold: RegularizerPlugin {
  public static let name = "cramer-wold"
  public static let summary = "smoothed projections compared over all directions in closed form (CWAE)"
  public static let reference = Citation(
    "Tabor et al., Cramer-Wold Auto-Encoder, JMLR 2020", url: "https://arxiv.org/abs/1805.09235")
  public static let about = """
    A sliced distance without random slices: the projections of codes and prior are smoothed by a narrow normal \
    distribution, their densities compared, and the average over all directions is taken exactly. The result \
    is a kernel distance whose kernel falls off slowly, like 1/|x − y|. Against the normal distribution and \
    the uniform sphere no draws are needed. The logarithm keeps the pull alive near the minimum and makes λ \
    = 1 work across data sets. Choose it for a distance with hardly a setting. Limits: O(N²) pairs; the \
    bandwidth depends on the number of codes; from 20 dimensions on the kernel is the authors' \
    approximation, whose minimum on the normal distribution is shifted by under 1 % in scale.
    """
  public static let formula = """
    L = log(CW + 10⁻⁷)
    CW = ∫ ‖ N(0, γ) ∗ ⟨θ, Z⟩ − N(0, γ) ∗ ⟨θ, P⟩ ‖² dθ, γ = (4/(3N))^⅖
       = 1/(2√(πγ)) · (mean φ(|zᵢ − zⱼ|²/4γ) + mean φ(|pᵢ − pⱼ|²/4γ) − 2 mean φ(|zᵢ − pⱼ|²/4γ))
       = 1/(2√π) · (mean φ(|zᵢ − zⱼ|²/4γ)/√γ + 1/√(1 + γ) − 2 mean φ(|zᵢ|²/(2 + 4γ))/√(γ + ½)) for N(0, I)
    φ(s) = ₁F₁(½; d/2; −s); (1 + 4s/(2d − 3))^−½ for d ≥ 20
    """
  public static let exceptions: [ConformanceCheck: String] = [
    .batchSize: "pairs of a point with itself add a term in 1/N, and the bandwidth depends on N"
  ]

  public struct Configuration: RegularizerConfiguration {
    @Setting(.weight, source: "the authors' code for MNIST and CIFAR-10 (5 for CelebA); a gentle pull")
    public var weight: Weight = 1
    @Setting("what is minimised: the distance's logarithm, or the distance", source: "the authors' code")
    public var transform = Transform.log
    @Setting(
      "the prior's part: in closed form (normal, hypersphere), by draws, or closed where it can be",
      source: "ours: no noise from draws where they can be spared")
    public var form = Form.automatic
    @Setting(
      "variance γ of the smoothing, for codes of unit variance; null for (4/(3N))^(2/5)", .above(0),
      source: "null: Silverman's rule, as the authors")
    public var bandwidth: Double?

    public init() {}
  }

  public enum Transform: String, SettingValue, CaseIterable {
    case log, none
  }

  /// How the prior enters.
  public enum Form: String, SettingValue, CaseIterable {
    case automatic, closed, draws
  }

  private let kernel: CramerWoldKernel
  private let transform: Transform
  private let bandwidth: Double
  private let scale: Double
  private let isClosed: Bool
  /// Prior against prior, in closed form.
  private let own: Double
  /// The distance's value on as many draws of the prior, about.
  private let nullLevel: Double

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    let prior = context.prior
    let count = Double(context.batchSize + context.populationSize)
    let hasClosedForm = prior.normalScale != nil || prior.geometry == .sphere
    if configuration.form == .closed && !hasClosedForm {
      throw ConfigurationError.incompatible(
        "the regularizer \"cramer-wold\" has a closed form for the normal distribution and the unit sphere "
          + "only; set regularizer.form=draws, or prior=normal or prior=hypersphere")
    }
    isClosed = hasClosedForm && configuration.form != .draws
    transform = configuration.transform
    bandwidth = configuration.bandwidth ?? pow(4 / (3 * count), 0.4)
    scale = prior.unitScale
    kernel = CramerWoldKernel(dimension: prior.latentSize)
    own =
      prior.geometry == .sphere
      ? Self.sphereTerm(kernel, dimension: prior.latentSize, bandwidth)
      : 0.5 / (Double.pi * (1 + bandwidth)).squareRoot()
    nullLevel =
      (1 / bandwidth.squareRoot() - 1 / (1 + bandwidth).squareRoot()) / (2 * Double.pi.squareRoot() * count)
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents * scale
    let stored = context.recollection.population.map { [$0 * scale] } ?? []
    let others = Tensor.concatenated([codes.detached()] + stored)
    // Only the first of the two points is live; twice its gradient is the gradient of both.
    let within = term(codes, others, bandwidth).scalingGradient(by: 2)
    let distance = within + remainder(codes, others.shape[0], context)
    if transform == .none { return Penalty(distance) }
    let level = distance.detached().clamped(min: stored.isEmpty ? 0 : nullLevel) + 1e-7
    return Penalty(
      level.log() + (distance - distance.detached()) / level, diagnostics: [NamedTensor("distance", distance)]
    )
  }

  /// The prior's own part less twice the part of codes and prior.
  private func remainder(_ codes: Tensor, _ count: Int, _ context: RegularizationContext) -> Tensor {
    if isClosed, context.prior.geometry == .sphere { return .scalar(-own, on: codes.device) }
    if isClosed {
      let origin = Tensor.zeros([1, codes.shape[1]], on: codes.device)
      return own - 2 * term(codes, origin, bandwidth + 0.5)
    }
    let draws = context.priorSamples(count) * scale
    let anchors = draws.narrowed(along: 0, from: 0, count: codes.shape[0])
    return term(anchors, draws, bandwidth) - 2 * term(codes, draws, bandwidth)
  }

  /// The mean over pairs of φ(|x − y|²/4γ) / (2√(πγ)), with the gradient of the first points.
  ///
  /// Value and gradient are computed at once and the gradient attached by a linear function, so that no matrix is
  /// kept for the way back; in tiles, so that none is ever whole.
  private func term(_ first: Tensor, _ second: Tensor, _ bandwidth: Double) -> Tensor {
    let factor = 0.5 / (Double.pi * bandwidth).squareRoot()
    let (pairs, size) = (Double(first.shape[0] * second.shape[0]), max(first.shape[0], PairSums.tileSize))
    let parts = withoutGradients {
      second.blocks(ofRows: size).map { tile -> (value: Tensor, gradient: Tensor) in
        let found = kernel.values(at: first.squaredDistances(to: tile) * (0.25 / bandwidth))
        let slopes = found.slope * (0.5 * factor / bandwidth / pairs)
        let pull = first * slopes.sum(along: 1, keepsDimensions: true) - slopes.matmul(tile)
        return (found.value.sum() * (factor / pairs), pull)
      }
    }
    let value = parts.dropFirst().reduce(parts[0].value) { $0 + $1.value }
    let gradient = parts.dropFirst().reduce(parts[0].gradient) { $0 + $1.gradient }
    return value + ((first - first.detached()) * gradient).sum()
  }

  /// The prior's own part on the sphere of radius √d: the mean of φ(2d(1 − u)/4γ) / (2√(πγ)) over a coordinate
  /// u = sin α, whose angle has the density ∝ cos^(d−2) α.
  private static func sphereTerm(_ kernel: CramerWoldKernel, dimension: Int, _ bandwidth: Double) -> Double {
    let count = 4096
    let angles = (0..<count).map { ((Double($0) + 0.5) / Double(count) - 0.5) * Double.pi }
    let masses = Tensor(angles.map { pow(cos($0), Double(dimension - 2)) })
    let arguments = Tensor(angles.map { Double(dimension) * (1 - sin($0)) / (2 * bandwidth) })
    let mean = (kernel.value(at: arguments) * masses).sum() / masses.sum()
    return mean.item * 0.5 / (Double.pi * bandwidth).squareRoot()
  }
}
