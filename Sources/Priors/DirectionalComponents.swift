import MoCAProtocols

/// A mixture of von Mises-Fisher distributions on the unit sphere, in `float64`; densities are with respect
/// to the uniform distribution.
public struct DirectionalComponents: MixtureComponents {
  /// `[components]`, with the sum 1.
  public let weights: Tensor
  /// Unit vectors, `[components, latentSize]`.
  public let directions: Tensor
  /// κ of each component, `[components]`.
  public let concentrations: Tensor
  /// What does not depend on the point, `[components]`.
  private let offsets: Tensor

  public init(weights: Tensor, directions: Tensor, concentrations: Tensor) {
    (self.weights, self.directions, self.concentrations) = (weights, directions, concentrations)
    let moments = concentrations.doubles.map {
      UnitSphere.logMoment($0, dimension: directions.shape[1])
    }
    offsets = weights.log() - Tensor(moments).to(on: weights.device)
  }

  /// What fits the responsibilities best, `[points, components]`; points are unit vectors.
  public init(points: Tensor, responsibilities: Tensor) {
    let size = points.shape[1]
    let masses = responsibilities.sum(along: 0) + 10 * Double.ulpOfOne
    let sums = responsibilities.transposed().matmul(points) / masses.expandingDimension(at: 1)
    let concentrations = sums.norm(along: 1).doubles.map {
      SphericalConcentration.concentration(meanCosine: $0, dimension: size)
    }
    self.init(
      weights: masses / masses.sum(), directions: sums.normalized(along: 1, epsilon: 1e-300),
      concentrations: Tensor(concentrations).to(on: points.device))
  }

  public func logJoint(of points: Tensor) -> Tensor {
    let scaled = directions * concentrations.expandingDimension(at: 1)
    return points.to(dtype: .float64).matmul(scaled.transposed()) + offsets
  }

  /// Independent draws, `[count, latentSize]` of `float64`, by Wood's rejection (Commun. Stat. 1994): exact. Reads
  /// back once in each round of rejections.
  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    let chosen = weights.categoricalDraws(count, using: generator)
    let axis = directions.gathered(along: 0, at: chosen)
    let cosine = cosines(concentrations.gathered(along: 0, at: chosen), using: generator).expandingDimension(
      at: 1)
    let noise = Tensor.normal([count, directions.shape[1]], dtype: .float64, using: generator).to(
      on: axis.device)
    let tangent = (noise - axis * (noise * axis).sum(along: 1, keepsDimensions: true)).normalized(along: 1)
    return (axis * cosine + tangent * (1 - cosine.squared()).clamped(min: 0).squareRoot()).normalized(
      along: 1)
  }

  /// ⟨μ, x⟩ for each concentration κ: W = (1 − (1 + b) Z) / (1 − (1 − b) Z) with Z ~ Beta((d−1)/2, (d−1)/2) and
  /// b = (d−1) / (2κ + √(4κ² + (d−1)²)), kept with the probability that makes its distribution exact.
  private func cosines(_ concentrations: Tensor, using generator: Generator) -> Tensor {
    let size = Double(directions.shape[1] - 1)
    let shape = Tensor.full(concentrations.shape, size / 2, dtype: .float64, on: generator.device)
    let b = size / (2 * concentrations + (4 * concentrations.squared() + size * size).squareRoot())
    let center = (1 - b) / (1 + b)
    // 1 − center², written so that nothing cancels at large κ.
    let peak = concentrations * center + size * (4 * b / (1 + b).squared()).log()
    var accepted = Tensor.full(concentrations.shape, 0, dtype: .bool, on: concentrations.device)
    var result = center
    while accepted.all().item == 0 {
      let (first, second) = (shape.gammaDraws(using: generator), shape.gammaDraws(using: generator))
      let beta = (first / (first + second)).to(on: concentrations.device)
      let proposal = (1 - (1 + b) * beta) / (1 - (1 - b) * beta)
      let height = concentrations * proposal + size * (1 - center * proposal).log() - peak
      let level = Tensor.uniform(shape.shape, dtype: .float64, using: generator).to(on: concentrations.device)
        .log()
      result = result.selecting(where: accepted, otherwise: proposal)
      accepted = accepted.maximum(level.isLess(than: height))
    }
    return result
  }
}
