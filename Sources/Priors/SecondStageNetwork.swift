import Foundation
import MoCAProtocols

/// The variational autoencoder behind ``SecondStageSampler``: vectors to vectors of the same size.
final class SecondStageNetwork: Module {
  private let encoder: MultilayerPerceptron
  private let decoder: MultilayerPerceptron
  /// log γ, the logarithm of the observation's standard deviation.
  @Parameter private var logScale: Tensor
  private let size: Int

  init(size: Int, width: Int, depth: Int, using generator: Generator) {
    let hidden = [Int](repeating: width, count: depth)
    self.size = size
    encoder = MultilayerPerceptron([size] + hidden + [2 * size], using: generator)
    decoder = MultilayerPerceptron([size] + hidden + [size], using: generator)
    logScale = .scalar(0, on: generator.device)
  }

  /// The negative lower bound of the log likelihood without its constants, for each coordinate and as the mean over
  /// the batch: log γ + (x − x̂)² / (2γ²) + β KL.
  func loss(_ vectors: Tensor, divergenceWeight: Double, using generator: Generator) -> Tensor {
    let features = encoder(vectors)
    let mean = features.narrowed(along: 1, from: 0, count: size)
    let logVariance = features.narrowed(along: 1, from: size, count: size).clamped(min: -12).clamped(max: 12)
    let noise = Tensor.normal(mean.shape, using: generator).to(on: mean.device)
    let reconstructions = decoder(mean + (logVariance * 0.5).exp() * noise)
    let scale = boundedLogScale
    let observation = (vectors - reconstructions).squared().mean() * (scale * -2).exp() * 0.5 + scale
    let divergence = (mean.squared() + logVariance.exp() - logVariance - 1).mean() * 0.5
    return observation + divergence * divergenceWeight
  }

  /// u ~ N(0, I), then its reconstruction with the observation's noise γε, `[count, size]`.
  func sample(_ count: Int, using generator: Generator) -> Tensor {
    let latents = Tensor.normal([count, size], using: generator).to(on: logScale.device)
    let noise = Tensor.normal([count, size], using: generator).to(on: logScale.device)
    return decoder(latents) + noise * boundedLogScale.exp()
  }

  /// Not below 10⁻⁴ of the codes' scale, where the likelihood of codes that are all one would have no bound.
  private var boundedLogScale: Tensor { logScale.clamped(min: log(1e-4)) }
}
