import MoCAProtocols

/// The uniform distribution on the cube [−1, 1]^d (a prior of Wasserstein autoencoders; Kolouri et al.,
/// "Sliced-Wasserstein Auto-Encoders", ICLR 2019, use it at d = 2).
///
/// The encoder's output passes through tanh. The kernel scale is the mean squared distance of two draws,
/// 2d/3; the code of Tolstikhin et al. takes d.
public final class UniformCube: PriorPlugin {
  public typealias Configuration = NoSettings

  public static let name = "cube"
  public static let summary = "uniform on the cube from −1 to 1"
  public static let reference = Citation(
    "Kolouri et al., Sliced-Wasserstein Auto-Encoders, ICLR 2019", url: "https://arxiv.org/abs/1804.01947")
  public static let about = """
    Independent coordinates, each uniform from −1 to 1. The encoder's output passes through tanh, so every \
    code lies inside. Choose it for codes with hard bounds that fill their range evenly, such as codes that \
    shall be quantised. Most of the volume lies in the corners when the dimension is high, and tanh has \
    little gradient there. Methods that need a normal distribution or a sphere refuse it; methods that \
    compare with draws take it as it is.
    """
  public static let formula = """
    p(z) = 2⁻ᵈ on [−1, 1]ᵈ
    code = tanh(encoder's output)
    """

  public let latentSize: Int
  public let geometry = LatentGeometry.cube

  public init(_ configuration: NoSettings, context: PriorContext) throws { latentSize = context.latentSize }

  /// 2d/3: the mean squared distance of two independent draws.
  public var kernelScale: Double { Double(latentSize) * 2 / 3 }

  public func project(_ latents: Tensor) -> Tensor { latents.tanh() }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    Tensor.uniform([count, latentSize], using: generator) * 2 - 1
  }

  /// The straight line, which stays inside.
  public func interpolate(from start: Tensor, to end: Tensor, fraction: Double) -> Tensor {
    start * (1 - fraction) + end * fraction
  }
}
