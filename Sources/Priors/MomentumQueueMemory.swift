import MoCAProtocols

/// A queue of keys from a slowly moving copy of the encoder (He et al., "Momentum Contrast", CVPR 2020).
///
/// After each step the copy's parameters move: θ_k ← m θ_k + (1 − m) θ. Buffers do not follow (as in the authors'
/// code): the copy keeps its own running statistics. Keys are enqueued after all losses of the step, so a code never
/// meets its own key as a negative.
public final class MomentumQueueMemory: MemoryPlugin {
  public static let name = "momentum-queue"
  public static let summary = "a queue of keys from a momentum copy of the encoder (MoCo)"
  public static let reference = Citation(
    "He et al., Momentum Contrast for Unsupervised Visual Representation Learning, CVPR 2020",
    url: "https://arxiv.org/abs/1911.05722")
  public static let about = """
    A copy of the encoder follows it slowly and makes a key of each image; the keys of the last batches are \
    kept. Since the copy moves little from step to step, old and new keys agree with each other better than \
    codes of the encoder itself would. It costs a second forward pass of the encoder in each step. It \
    starts full of draws of the prior, so the first capacity / batch steps see targets that are too good; \
    queueFilled says how far that is over, and queueAge how many steps old the stored keys are on average. The copy \
    follows in about 1 / (1 − m) steps: choose m so that this is a small part of the run, which warns otherwise.
    """
  public static let formula = """
    θₖ ← m θₖ + (1 − m) θ after each step
    keys = project(encoder(images; θₖ)); population = the last capacity keys, first in, first out
    """

  public struct Configuration: PluginConfiguration {
    @Setting(
      "keys kept", .between(1, 16_777_216),
      source: "ours: the capacity at which moca's default temperature still has gradient at 128 dimensions; "
        + "MoCo's for ImageNet is 65536")
    public var capacity = 16384
    @Setting("momentum m of the copy", .within(0, below: 1), source: "MoCo's authors' code")
    public var momentum = 0.999
    @Setting(
      "statistics of the copy's batch normalisation: the batch's, or the encoder's running ones",
      source: "MoCo's authors' code: the copy's buffers do not follow the encoder's")
    public var normalization = KeyNormalization.batch

    public init() {}
  }

  /// Which statistics normalise the keys.
  public enum KeyNormalization: String, SettingValue, CaseIterable {
    case batch, running
  }

  private let queue: KeyQueue
  private let encoder: any Encoder
  private let configuration: Configuration
  /// From the copy's features to keys. A closure, since prior and posterior are not this module's parts.
  private let key: (Tensor) -> Tensor

  public var populationSize: Int { queue.capacity }
  /// Steps after which 1/e of a change is still missing from the copy.
  public var encoderLag: Double { 1 / (1 - configuration.momentum) }
  public var diagnostics: [NamedTensor] { queue.diagnostics }

  public init(_ configuration: Configuration, context: MemoryContext) throws {
    self.configuration = configuration
    queue = try KeyQueue(capacity: configuration.capacity, context: context)
    encoder = try context.makeEncoder()
    encoder.copyState(from: context.encoder)
    encoder.freeze()
    key = { context.prior.project(context.posterior.mode(of: $0)) }
  }

  public func recall(images: Tensor, latents: Tensor) -> Recollection {
    encoder.setTraining(configuration.normalization == .batch)
    let features = encoder.encode(images).to(dtype: latents.dtype)
    return Recollection(keys: key(features), population: queue.keys)
  }

  public func update(with recollection: Recollection, following source: any Encoder) {
    Tensor.interpolate(
      encoder.namedParameters().map(\.parameter.wrappedValue),
      towards: source.namedParameters().map(\.parameter.wrappedValue), weight: 1 - configuration.momentum)
    if configuration.normalization == .running { followBuffers(of: source) }
    queue.enqueue(recollection.keys)
  }

  private func followBuffers(of source: any Encoder) {
    let parameters = Set(encoder.namedParameters().map(\.name))
    let sources = Dictionary(uniqueKeysWithValues: source.namedTensors().map { ($0.name, $0.tensor) })
    for target in encoder.namedTensors() where !parameters.contains(target.name) {
      sources[target.name].map(target.tensor.assign)
    }
  }
}
