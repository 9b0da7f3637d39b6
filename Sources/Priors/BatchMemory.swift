import MoCAProtocols

/// No memory: the population is the batch.
public final class BatchMemory: MemoryPlugin {
  public typealias Configuration = NoSettings

  public static let name = "batch"
  public static let summary = "no memory: only the codes of the batch"
  public static let reference = Citation.project
  public static let about = """
    Nothing is kept between steps: a method sees the codes of the batch and no others. It costs nothing, and nothing \
    in it is old. Choose it with methods whose noise at the size of the batch is small enough.
    """
  public static let formula = "population = nothing; keys = the batch's own codes"

  public let populationSize = 0

  public init(_ configuration: NoSettings, context: MemoryContext) throws {}

  public func recall(images: Tensor, latents: Tensor) -> Recollection {
    Recollection(keys: latents, population: nil)
  }

  public func update(with recollection: Recollection, following encoder: any Encoder) {}
}
