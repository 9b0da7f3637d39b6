import Foundation
import MoCAProtocols

/// The symmetric Dirichlet distribution on the simplex: coordinates that are not negative and sum to one
/// (Patrini et al., "Sinkhorn AutoEncoders", UAI 2019, show autoencoders with this prior).
///
/// The density is with respect to the volume of the first d − 1 coordinates. A draw is a vector of gamma
/// variables of shape α divided by their sum.
public final class Dirichlet: PriorPlugin {
  public static let name = "dirichlet"
  public static let summary = "symmetric Dirichlet distribution on the simplex"
  public static let reference = Citation(
    "Patrini et al., Sinkhorn AutoEncoders, UAI 2019", url: "https://arxiv.org/abs/1810.01118")
  public static let about = """
    Codes are shares: not negative, with sum one. The encoder's output passes through softmax. With \
    concentration 1 every point of the simplex is as likely as any other; below 1 codes crowd at the corners \
    (one share near one: a soft clustering), above 1 they gather at the centre. Choose it where a code shall \
    read as a mixture of d parts. The simplex shrinks with the dimension, so distances are small and weights \
    must be larger than elsewhere.
    """
  public static let formula = """
    p(z) = Γ(dα) / Γ(α)ᵈ · Π zᵢ^(α − 1), zᵢ ≥ 0, Σ zᵢ = 1
    code = softmax(encoder's output)
    """

  public struct Configuration: PluginConfiguration {
    @Setting(
      "concentration α: 1 is uniform, less prefers the corners, more the centre", .between(0.01, 10_000),
      source: "ours: uniform on the simplex, which prefers no region")
    public var concentration = 1.0

    public init() {}
  }

  public let latentSize: Int
  public let geometry = LatentGeometry.simplex
  private let concentration: Double

  public init(_ configuration: Configuration, context: PriorContext) throws {
    if context.latentSize < 2 {
      throw ConfigurationError.outOfRange(
        path: "latent.size", found: "\(context.latentSize)",
        allowed: "at least 2 with the prior \"dirichlet\"")
    }
    latentSize = context.latentSize
    concentration = configuration.concentration
  }

  /// 2 (1 − 1/d) / (dα + 1): the mean squared distance of two independent draws.
  public var kernelScale: Double {
    let size = Double(latentSize)
    return 2 * (1 - 1 / size) / (size * concentration + 1)
  }

  public func project(_ latents: Tensor) -> Tensor { latents.softmax(along: -1) }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    // float64: small shapes give draws below the smallest float32.
    let shapes = Tensor.full([count, latentSize], concentration, dtype: .float64, on: generator.device)
    let shares = shapes.gammaDraws(using: generator)
    return (shares / shares.sum(along: -1, keepsDimensions: true)).to(dtype: .float32)
  }

  /// `nil` with concentration 1, where it is constant. Shares below 1e-12 count as that.
  public func logDensity(of latents: Tensor) -> Tensor? {
    if concentration == 1 { return nil }
    let size = Double(latentSize)
    let constant = lgamma(size * concentration) - size * lgamma(concentration)
    return latents.clamped(min: 1e-12).log().sum(along: -1) * (concentration - 1) + constant
  }

  /// The straight line, which stays on the simplex.
  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    start * (1 - fraction) + end * fraction
  }
}
