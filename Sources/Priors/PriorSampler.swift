import MoCAProtocols

/// Draws from the prior itself: what the aggregate of the codes should equal.
public final class PriorSampler: SamplerPlugin {
  public typealias Configuration = NoSettings

  public static let name = "prior"
  public static let summary = "draws of the prior"
  public static let reference = Citation.project
  public static let about = """
    Draws from the distribution that the codes were trained to follow. It needs no codes, and the images it \
    gives show how well the regularizer did its work: report scores with it first, and those of fitted \
    samplers beside them.
    """
  public static let formula = "z ~ prior"

  public let needsCodes = false
  private let prior: any Prior

  public init(_ configuration: NoSettings, context: SamplerContext) throws { prior = context.prior }

  public func fit(to codes: Tensor, using generator: Generator) throws {}

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    prior.sample(count, using: generator)
  }
}
