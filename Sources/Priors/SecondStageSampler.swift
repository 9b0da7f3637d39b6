import Foundation
import MoCAProtocols

/// The second stage of Dai and Wipf, "Diagnosing and Enhancing VAE Models", ICLR 2019: a small variational autoencoder
/// trained on the codes, whose own codes follow N(0, I) because they have as many dimensions as its data.
///
/// The codes are standardised first. The observation's scale γ is learned with the weights. The weight of the
/// divergence rises from 0 to 1 over the first part of the training, since the second stage otherwise tends to ignore
/// its codes; the rate falls to zero on a half cosine. A draw is u ~ N(0, I) → decode → + γ ε → the codes' scale → the
/// nearest point of the support.
public final class SecondStageSampler: SamplerPlugin {
  public static let name = "second-stage"
  public static let summary = "a second, small variational autoencoder trained on the codes (two-stage VAE)"
  public static let reference = Citation(
    "Dai and Wipf, Diagnosing and Enhancing VAE Models, ICLR 2019", url: "https://arxiv.org/abs/1903.05789")
  public static let about = """
    Trains a small variational autoencoder on the codes of the training images, with as many latent dimensions as \
    the codes have, and decodes normal draws with it. It learns shapes that mixtures miss, and takes the longest of \
    all samplers to fit: minutes on a CPU. Choose it for codes that lie near a curved surface. Where the codes follow \
    the prior already, the best second stage ignores its latents and adds nothing. The authors' networks are three \
    layers of 1,024 with skip connections, trained for 800 epochs; the default here is smaller and shorter.
    """
  public static let formula = """
    log γ + |x − f(u)|² / (2 γ² d) + β KL(q(u | x) ‖ N(0, I)) / d,  x = (z − mean) / deviation
    draw: z = mean + deviation · (f(u) + γ ε)
    """

  public struct Configuration: PluginConfiguration {
    @Setting(
      "units of a hidden layer", .between(1, 16_384), source: "ours: a quarter of the authors', for CPUs")
    public var width = 256
    @Setting("hidden layers of encoder and decoder", .between(1, 16), source: "Dai and Wipf 2019: 3")
    public var depth = 3
    @Setting("steps of training", .between(1, 1_000_000_000), source: "ours: minutes on a CPU")
    public var steps = 5000
    @Setting(
      "codes of a step", .between(1, 1_048_576), source: "ours: 64 in the paper, with many more steps")
    public var batch = 256
    @Setting("first step size of Adam", .above(0), source: "ours: 1e-4 in the paper, with many more steps")
    public var learningRate = 3e-3
    @Setting(
      "part of the steps in which the divergence's weight rises to 1", .between(0, 1),
      source: "ours: without it the latents of a ring of codes were ignored")
    public var warmup = 0.2

    public init() {}
  }

  public let needsCodes = true
  private let configuration: Configuration
  private let geometry: LatentGeometry
  @Buffer private var mean: Tensor
  @Buffer private var deviation: Tensor
  private var network: SecondStageNetwork?

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    self.configuration = configuration
    geometry = context.prior.geometry
    mean = .zeros([context.prior.latentSize])
    deviation = .ones([context.prior.latentSize])
  }

  /// Trains the network. Gradients must be on: do not call it inside `withoutGradients`.
  public func fit(to codes: Tensor, using generator: Generator) throws {
    let points = try FittingCodes(
      codes, sampler: Self.name, atLeast: 2, remedy: "train on more images, or draw from the prior"
    ).points
    let center = points.mean(along: 0)
    let spread = (points - center).squared().mean(along: 0).squareRoot()
    // A coordinate that is constant up to rounding stays so, rather than having its rounding learned.
    let scale = spread.clamped(min: max(spread.maximum().item * 1e-6, 1e-12))
    (mean, deviation) = (center, scale)
    let data = ((points - center) / scale).to(dtype: .float32)
    let network = SecondStageNetwork(
      size: points.shape[1], width: configuration.width, depth: configuration.depth, using: generator)
    network.move(to: points.device)
    train(network, on: data, using: generator)
    let draws = withoutGradients { network.sample(64, using: generator) }
    if draws.isFinite.all().item == 0 {
      throw SamplerError(
        "the second stage diverged; set a sampler.learningRate below \(configuration.learningRate)")
    }
    self.network = network
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    guard let network else { fatalError("the sampler second-stage has not been fitted to codes") }
    return withoutGradients {
      geometry.nearest(to: network.sample(count, using: generator) * deviation + mean)
    }
  }

  private func train(_ network: SecondStageNetwork, on data: Tensor, using generator: Generator) {
    let optimizer = Adam(network.trainableParameters())
    for step in 0..<configuration.steps {
      let progress = Double(step) / Double(configuration.steps)
      let rows = Tensor.indices(configuration.batch, below: data.shape[0], using: generator).to(
        on: data.device)
      let loss = network.loss(
        data.gathered(along: 0, at: rows),
        divergenceWeight: configuration.warmup > 0 ? min(1, progress / configuration.warmup) : 1,
        using: generator)
      optimizer.clearGradients()
      loss.backward()
      optimizer.step(learningRate: configuration.learningRate * 0.5 * (1 + cos(Double.pi * progress)))
    }
  }
}
