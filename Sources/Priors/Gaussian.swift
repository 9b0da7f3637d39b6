import MoCAProtocols

/// A normal law for each image, with the mean and the log variance of each coordinate as features.
///
/// z = μ + exp(½ log σ²) ε (Kingma and Welling, ICLR 2014, arXiv 1312.6114). The log variance is cut to ±20.
public final class Gaussian: PosteriorPlugin {
  public typealias Configuration = NoSettings

  public static let name = "gaussian"
  public static let summary = "normal with a mean and a variance for each coordinate"
  public static let reference = Citation(
    "Kingma and Welling, Auto-Encoding Variational Bayes, ICLR 2014", url: "https://arxiv.org/abs/1312.6114")

  public let featureCount: Int
  private let latentSize: Int

  public init(_ configuration: NoSettings, latentSize: Int) throws {
    self.latentSize = latentSize
    featureCount = 2 * latentSize
  }

  public func draw(from features: Tensor, using generator: Generator) -> Tensor {
    let mean = mode(of: features)
    let logVariance = features.narrowed(along: 1, from: latentSize, count: latentSize)
      .clamped(min: -20).clamped(max: 20)
    return mean + (logVariance * 0.5).exp() * Tensor.normal(mean.shape, using: generator)
  }

  public func mode(of features: Tensor) -> Tensor { features.narrowed(along: 1, from: 0, count: latentSize) }
}
