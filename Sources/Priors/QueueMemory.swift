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
  public static let about = """
    The codes of the last batches are kept, as the encoder gave them then, and stand beside the batch as a \
    larger population. It costs no second network. Stored codes are as old as they have been in the queue: \
    where the encoder moves fast they lag behind it, and momentum-queue serves better. It starts full of \
    draws of the prior, so the first capacity / batch steps see targets that are too good; queueFilled says \
    how far that is over, and queueAge how many steps old the stored codes are on average.
    """
  public static let formula = "population = the last capacity codes, first in, first out"

  public struct Configuration: PluginConfiguration {
    @Setting(
      "codes kept", .between(1, 16_777_216),
      source: "ours: the capacity at which moca's default temperature still has gradient at 128 dimensions")
    public var capacity = 16384

    public init() {}
  }

  private let queue: KeyQueue

  public var populationSize: Int { queue.capacity }
  public var diagnostics: [NamedTensor] { queue.diagnostics }

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
