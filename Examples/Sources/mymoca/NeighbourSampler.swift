import MoCAProtocols

/// Points between neighbouring codes (Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 16, 2002,
/// on codes instead of data).
///
/// A draw lies on the line from a random code of the training images to one of its k nearest others, at a uniform
/// fraction of the way, and is taken to the nearest point of the prior's support.
public final class NeighbourSampler: SamplerPlugin {
  public static let name = "smote"
  public static let summary = "points on the lines between neighbouring codes"
  public static let about = """
    Draws lie between codes of training images that are near each other, so they stay where the decoder has learned \
    something, in any number of dimensions and without a bandwidth. It shows what the decoder makes of the gaps. It keeps \
    all codes, never leaves their hull, and with few neighbours comes close to the training images.
    """
  public static let formula = "z = zᵢ + u (zⱼ − zᵢ),  j one of the k nearest of i,  u ~ U(0, 1)"
  public static let reference = Citation(
    "Chawla et al., SMOTE: Synthetic Minority Over-sampling Technique, JAIR 2002",
    url: "https://doi.org/10.1613/jair.953")

  /// The settings.
  public struct Configuration: PluginConfiguration {
    @Setting(
      "nearest codes k that a line may lead to", .between(1, 1024), source: "imbalanced-learn's default")
    public var neighbours = 5

    public init() {}
  }

  public let needsCodes = true
  private let neighbours: Int
  private let geometry: LatentGeometry
  /// The codes, and for each the rows of its nearest others, `[count, neighbours]`.
  private var fitted: (codes: Tensor, nearest: Tensor)?

  public init(_ configuration: Configuration, context: SamplerContext) throws {
    neighbours = configuration.neighbours
    geometry = context.prior.geometry
  }

  public func fit(to codes: Tensor, using generator: Generator) throws {
    let count = codes.shape[0]
    if count <= neighbours {
      throw SamplerError(
        "the sampler \"smote\" needs more than \(neighbours) codes, found \(count); train on more images, or set "
          + "smote.neighbours to a smaller number")
    }
    if codes.isFinite.all().item == 0 {
      throw SamplerError(
        "the sampler \"smote\" needs finite codes; use a checkpoint from before the run diverged")
    }
    fitted = withoutGradients {
      let rows = max(1, 4_194_304 / count)
      let parts = stride(from: 0, to: count, by: rows).map { start in
        let block = codes.narrowed(along: 0, from: start, count: min(rows, count - start))
        return block.squaredDistances(to: codes).smallest(neighbours + 1, along: 1).indices
      }
      // The nearest of all is the code itself.
      return (codes, Tensor.concatenated(parts).narrowed(along: 1, from: 1, count: neighbours))
    }
  }

  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    guard let (codes, nearest) = fitted else { fatalError("the sampler smote has not been fitted to codes") }
    let own = rows(count, below: codes.shape[0], using: generator).to(on: codes.device)
    let choice = rows(count, below: neighbours, using: generator).to(on: codes.device)
    let other = nearest.gathered(along: 0, at: own).picked(along: 1, at: choice.expandingDimension(at: 1))
    let start = codes.gathered(along: 0, at: own)
    let end = codes.gathered(along: 0, at: other.squeezingDimension(at: 1))
    let fraction = Tensor.uniform([count, 1], using: generator).to(on: codes.device)
    return geometry.nearest(to: start + fraction * (end - start))
  }

  /// Independent draws of 0 … `limit` − 1.
  private func rows(_ count: Int, below limit: Int, using generator: Generator) -> Tensor {
    (Tensor.uniform([count], dtype: .float64, using: generator) * Double(limit)).floor()
      .clamped(max: Double(limit - 1)).to(dtype: .int64)
  }
}
