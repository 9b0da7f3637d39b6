import MoCAProtocols

/// Sliced Wasserstein distance between codes and the prior (Kolouri, Pope, Martin and Rohde, "Sliced-Wasserstein
/// Auto-Encoders", ICLR 2019).
///
/// The mean over random unit directions θ of W₂²: both samples are projected on θ and sorted, and the squared
/// differences averaged. Where the prior knows the quantiles of its projections (the sphere's Beta law, the normal
/// law) these take the place of a second sample, which removes its noise. Directions are drawn anew each step;
/// 50 of them, as in the authors' code. The value shrinks like 1/d, which λ = 5000 answers: ours, since the authors'
/// unit is another.
public final class SlicedWasserstein: RegularizerPlugin {
  public static let name = "sliced-wasserstein"
  public static let summary = "Wasserstein distance of random one-dimensional projections (SWAE)"
  public static let reference = Citation(
    "Kolouri et al., Sliced-Wasserstein Auto-Encoders, ICLR 2019", url: "https://arxiv.org/abs/1804.01947")

  /// The settings.
  public struct Configuration: RegularizerConfiguration {
    @Setting("λ beside the summed squared error of images in [0, 1]", .atLeast(0)) public var weight = 5000.0
    @Setting("random directions in a step", .between(1, 65536)) public var projections = 50
    @Setting("what codes are compared with: the prior's quantiles where known, or draws of the prior")
    public var reference = Reference.quantiles

    public init() {}
  }

  /// What the projected codes are compared with.
  public enum Reference: String, SettingValue, CaseIterable {
    case quantiles, draws
  }

  /// `[samples, 1]`, or empty where draws are used.
  @Buffer private var quantiles: Tensor
  private let configuration: Configuration

  public init(_ configuration: Configuration, context: RegularizerContext) throws {
    self.configuration = configuration
    let count = context.batchSize + context.populationSize
    let known = configuration.reference == .quantiles ? context.prior.projectionQuantiles(count) : nil
    quantiles = Tensor((known ?? []).map(Float.init), shape: [known?.count ?? 0, 1])
  }

  public func penalty(in context: RegularizationContext) -> Penalty {
    let samples = context.samples
    let (count, size) = (samples.shape[0], samples.shape[1])
    // [latentSize, projections], unit columns
    let directions = Tensor.normal([size, configuration.projections], using: context.streams[.projections])
      .normalized(along: 0)
    let projected = samples.matmul(directions).sorted(along: 0)
    let reference =
      self.reference(count, context) ?? context.priorSamples(count).matmul(directions).sorted(along: 0)
    return Penalty((projected - reference).squared().mean())
  }

  /// The quantiles for `count` samples, or `nil` where draws are used.
  private func reference(_ count: Int, _ context: RegularizationContext) -> Tensor? {
    if quantiles.shape[0] == 0 { return nil }
    if quantiles.shape[0] == count { return quantiles }
    return context.prior.projectionQuantiles(count).map {
      Tensor($0.map(Float.init), shape: [count, 1]).to(on: context.latents.device)
    }
  }
}
