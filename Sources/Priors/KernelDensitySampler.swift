import Foundation
import MoCAProtocols

/// A kernel density estimate of the codes (Parzen, Ann. Math. Stat. 1962): a normal distribution around each
/// of them.
///
/// A draw is a random code of the training images plus noise. By Scott's or Silverman's rule the noise has
/// the covariance of all codes times the squared factor; a number is its standard deviation in every
/// direction. Draws that leave the prior's support are taken to its nearest point.
public final class KernelDensitySampler: SamplerPlugin {
  public static let name = "kde"
  public static let summary = "a kernel density estimate of the codes: a code plus noise"
  public static let reference = Citation(
    "Parzen, On Estimation of a Probability Density Function and Mode, Ann. Math. Stat. 1962",
    url: "https://doi.org/10.1214/aoms/1177704472")
  public static let about = """
    Keeps all codes of the training images and draws new ones around them. Nothing is optimised, so it is the \
    simplest ex-post density and a check on the others. A small bandwidth reproduces training images, a large one \
    blurs the distribution. Above about ten dimensions the rules choose bandwidths near one, and the draws \
    come close to one normal distribution, wider than the codes; give a number there (the code of Ghosh et \
    al. 2020 has 0.425).
    """
  public static let formula = """
    p(z) = mean over i of N(z; zᵢ, H),  H = f² Cov(zᵢ) or h² I
    f = n^(−1/(d+4)) (Scott),  (n (d+2)/4)^(−1/(d+4)) (Silverman)
    """

  public struct Configuration: PluginConfiguration {
    @Setting(
      "width of the kernels: scott, silverman, or their standard deviation",
      source: "SciPy's gaussian_kde: Scott's rule")
    public var bandwidth = KernelBandwidth.scott

    public init() {}
  }

  public let needsCodes = true
  private let bandwidth: KernelBandwidth
  private let geometry: LatentGeometry
  private var estimate: (codes: Tensor, factor: Tensor)?

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    bandwidth = configuration.bandwidth
    geometry = context.prior.geometry
  }

  public func fit(to codes: Tensor, using generator: Generator) throws {
    let points = try FittingCodes(
      codes, sampler: Self.name, atLeast: 2, remedy: "train on more images, or draw from the prior"
    ).points
    estimate = withoutGradients { (points, factor(for: points)) }
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    let (codes, factor) = fitted
    let rows = Tensor.indices(count, below: codes.shape[0], using: generator).to(on: codes.device)
    let noise = Tensor.normal([count, codes.shape[1]], dtype: .float64, using: generator).to(on: codes.device)
    let draws = codes.gathered(along: 0, at: rows) + noise.matmul(factor.transposed())
    return geometry.nearest(to: draws.to(dtype: .float32))
  }

  /// The log density, `[points]`, before draws are taken to the prior's support.
  public func logDensity(of points: Tensor) -> Tensor {
    let (codes, factor) = fitted
    let (count, size) = (codes.shape[0], codes.shape[1])
    let whitened = { (rows: Tensor) in rows.transposed().solved(triangular: factor).transposed() }
    let centers = whitened(codes)
    let offset =
      log(Double(count)) + factor.diagonal().log().sum().item + 0.5 * Double(size) * log(2 * Double.pi)
    let parts = points.to(dtype: .float64).blocks(ofRows: max(1, 4_194_304 / count)).map { block in
      (whitened(block).squaredDistances(to: centers) * -0.5).logSumExp(along: 1) - offset
    }
    return .concatenated(parts)
  }

  private var fitted: (codes: Tensor, factor: Tensor) {
    guard let estimate else { fatalError("the sampler kde has not been fitted to codes") }
    return estimate
  }

  /// The Cholesky factor of a kernel's covariance.
  private func factor(for points: Tensor) -> Tensor {
    let (count, size) = (points.shape[0], points.shape[1])
    let unit = Tensor.identity(size, dtype: .float64, on: points.device)
    if case .fixed(let width) = bandwidth { return unit * width }
    let gaps = points - points.mean(along: 0, keepsDimensions: true)
    let covariance = gaps.transposed().matmul(gaps) / Double(count - 1)
    // Codes in a subspace, as on a simplex, have a singular covariance; so have codes that are all one.
    let floor = covariance.diagonal().mean() * (1e-12 * Double(size)) + 1e-24
    return (covariance + unit * floor).choleskyFactor() * (bandwidth.factor(count: count, size: size) ?? 1)
  }
}
