import MoCAProtocols

/// Keys from a slowly moving copy of the encoder and no queue (Chen, Xie and He, "An Empirical Study of Training
/// Self-Supervised Vision Transformers", ICCV 2021: MoCo v3).
///
/// After each step the copy's parameters move: θₖ ← m θₖ + (1 − m) θ; its buffers keep statistics of their own. The
/// default m = 0.99 is the authors' first value; they raise it to 1 during training, which is not done here.
public final class MomentumKeys: MemoryPlugin {
  public static let name = "momentum-keys"
  public static let summary = "keys from a momentum copy of the encoder, without a queue (MoCo v3)"
  public static let about = """
    A copy of the encoder follows it slowly and makes a key of each image of the batch; nothing older is kept. Choose it \
    for contrastive methods with large batches. Methods that look at codes alone do not notice it. It costs a second \
    forward pass of the encoder in each step.
    """
  public static let formula =
    "θₖ ← m θₖ + (1 − m) θ;  keys = project(encoder(images; θₖ));  population = nothing"
  public static let reference = Citation(
    "Chen, Xie and He, An Empirical Study of Training Self-Supervised Vision Transformers, ICCV 2021",
    url: "https://arxiv.org/abs/2104.02057")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting("momentum m of the copy", .within(0, below: 1), source: "the authors' code, at the first step")
    public var momentum = 0.99

    public init() {}
  }

  public let populationSize = 0
  /// Steps after which 1/e of a change is still missing from the copy.
  public var encoderLag: Double { 1 / (1 - momentum) }
  private let momentum: Double
  private let encoder: any Encoder
  /// From the copy's features to keys. A closure, since prior and posterior are not this module's parts.
  private let key: (Tensor) -> Tensor

  public init(_ configuration: Configuration, context: MemoryContext) throws {
    momentum = configuration.momentum
    encoder = try context.makeEncoder()
    encoder.copyState(from: context.encoder)
    encoder.freeze()
    key = { context.prior.project(context.posterior.mode(of: $0)) }
  }

  public func recall(images: Tensor, latents: Tensor) -> Recollection {
    encoder.setTraining(true)
    return Recollection(keys: key(encoder.encode(images).to(dtype: latents.dtype)), population: nil)
  }

  public func update(with recollection: Recollection, following source: any Encoder) {
    Tensor.interpolate(
      encoder.namedParameters().map(\.parameter.wrappedValue),
      towards: source.namedParameters().map(\.parameter.wrappedValue), weight: 1 - momentum)
  }
}
