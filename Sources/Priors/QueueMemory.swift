import MoCAProtocols

/// A queue of codes of earlier batches, as the encoder gave them then.
///
/// The memory bank of Wu et al. (CVPR 2018, arXiv 1805.01978) as a first-in-first-out queue.
public final class QueueMemory: MemoryPlugin {
  public static let name = "queue"
  public static let summary = "a queue of the encoder's own earlier codes"
  public static let reference = Citation(
    "Wu et al., Unsupervised Feature Learning via Non-Parametric Instance Discrimination, CVPR 2018",
    url: "https://arxiv.org/abs/1805.01978")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting("codes kept", .between(1, 16_777_216)) public var capacity = 16384

    public init() {}
  }

  private let queue: KeyQueue

  public var populationSize: Int { queue.capacity }

  public init(_ configuration: Configuration, context: MemoryContext) throws {
    queue = try KeyQueue(capacity: configuration.capacity, context: context)
  }

  public func recall(images: Tensor, latents: Tensor) -> Recollection {
    Recollection(keys: latents, population: queue.keys)
  }

  public func update(with recollection: Recollection, following encoder: any Encoder) {
    queue.enqueue(recollection.keys)
  }
}
