import MoCAProtocols

/// Draws from the prior itself: what the aggregate of the codes should equal.
public final class PriorSampler: SamplerPlugin {
  public typealias Configuration = NoSettings

  public static let name = "prior"
  public static let summary = "draws of the prior"
  public static let reference = Citation.project

  public let needsCodes = false
  private let prior: any Prior

  public init(_ configuration: NoSettings, prior: any Prior) throws { self.prior = prior }

  public func fit(to codes: Tensor) throws {}

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    prior.sample(count, using: generator)
  }
}
