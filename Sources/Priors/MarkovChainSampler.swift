import MoCAProtocols

/// The Markov chain of a denoising autoencoder (Bengio, Yao, Alain and Vincent, "Generalized Denoising Auto-Encoders as
/// Generative Models", NeurIPS 2013).
///
/// It starts at draws of the prior and repeats: decode, damage the image as in training, encode one draw of its code.
/// If the network has learned to undo that damage, the images of the chain tend to the distribution of the
/// data. A run whose regularizer does not corrupt its input has normal noise added instead. A draw of this
/// sampler is where a chain of its own stands after the given steps.
public final class MarkovChainSampler: SamplerPlugin {
  public static let name = "markov-chain"
  public static let summary = "decode, corrupt, encode, repeated (denoising autoencoders)"
  public static let reference = Citation(
    "Bengio et al., Generalized Denoising Auto-Encoders as Generative Models, NeurIPS 2013",
    url: "https://arxiv.org/abs/1305.6663")
  public static let about = """
    Walks with the trained networks themselves: each step decodes, damages the image and encodes it again. It fits \
    nothing and needs no codes. It is the way to draw from a denoising autoencoder, whose codes follow no \
    known distribution; under other methods it moves draws of the prior towards images that the network \
    reconstructs well. Few steps leave a trace of the start, many steps can drift to few kinds of images, \
    and neighbouring modes mix slowly. Each step costs a decoding and an encoding of every image.
    """
  public static let formula = "z₀ ~ prior;  x̃ₜ ~ C(· | decode(zₜ)),  zₜ₊₁ ~ q(· | x̃ₜ)"

  public struct Configuration: PluginConfiguration {
    @Setting(
      "steps of the chain", .between(0, 1_000_000), source: "ours: a first choice, not tuned")
    public var steps = 20
    @Setting(
      "deviation of the noise on images in [0, 1] where the run's regularizer has no corruption of its own",
      .atLeast(0),
      source: "ours: a first choice, not tuned")
    public var noise = 0.1

    public init() {}
  }

  public let needsCodes = false
  private let steps: Int
  /// Starts and moves of the chains. Closures, since the networks are not this module's parts.
  private let start: (Int, Generator) -> Tensor
  private let move: (Tensor, RandomStreams, Generator) -> Tensor

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    let (model, noise) = (context.model, configuration.noise)
    let corruption = context.regularizer as? any InputCorrupting
    steps = configuration.steps
    start = { context.prior.sample($0, using: $1) }
    move = { latents, streams, generator in
      let images = model.decode(latents)
      let damaged =
        corruption?.corrupted(images, streams: streams)
        ?? images + Tensor.normal(images.shape, using: generator) * noise
      return model.sampleCodes(of: damaged, using: generator)
    }
  }

  public func fit(to codes: Tensor, using generator: Generator) throws {}

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    withoutGradients {
      let latents = start(count, generator)
      // Corruptions draw from named streams, which start from one draw of the generator.
      let seed = Tensor.uniform([1], dtype: .float64, using: generator).item
      let streams = RandomStreams(seed: UInt64(seed * 0x1p53), device: generator.device)
      let chains = latents.blocks(ofRows: 250).map { block in
        (0..<steps).reduce(block) { state, _ in move(state, streams, generator) }
      }
      return .concatenated(chains)
    }
  }
}
