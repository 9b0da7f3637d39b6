import Foundation
import MoCAProtocols

/// A mixture of normal distributions, in `float64`.
///
/// log p(x) = log Σₖ wₖ exp(−½ |Lₖ⁻¹(x − μₖ)|²) / ((2π)^(d/2) det Lₖ) with covariances Σₖ = Lₖ Lₖᵀ. Points are worked
/// through in blocks, so that points × components × d numbers never exist at once.
public struct NormalComponents: MixtureComponents {
  /// `[components]`, with the sum 1.
  public let weights: Tensor
  /// `[components, latentSize]`.
  public let means: Tensor
  /// The Cholesky factors Lₖ of the covariances, `[components, latentSize, latentSize]`.
  public let factors: Tensor
  /// The inverse factors side by side, `[latentSize, components × latentSize]`.
  private let whitening: Tensor
  /// The whitened means side by side, `[components × latentSize]`.
  private let whitenedMeans: Tensor
  /// What does not depend on the point, `[components]`.
  private let offsets: Tensor

  /// Takes the parameters; covariances are given by their Cholesky factors.
  public init(weights: Tensor, means: Tensor, factors: Tensor) {
    (self.weights, self.means, self.factors) = (weights, means, factors)
    let (count, size) = (means.shape[0], means.shape[1])
    let unit = Tensor.identity(size, dtype: .float64, on: means.device).expanded(to: factors.shape)
    let inverse = unit.solved(triangular: factors)
    whitening = inverse.permuted(2, 0, 1).reshaped(size, count * size)
    whitenedMeans = inverse.matmul(means.expandingDimension(at: 2)).reshaped(count * size)
    let diagonals = (factors * unit).sum(along: 2)
    offsets =
      weights.log() - diagonals.log().sum(along: 1) - 0.5 * Double(size) * Foundation.log(2 * Double.pi)
  }

  /// What fits the responsibilities best, `[points, components]`.
  ///
  /// - Parameters:
  ///   - floor: Added to every variance, which keeps a component on few points from becoming singular.
  ///   - isDiagonal: Whether the components' coordinates are independent.
  public init(points: Tensor, responsibilities: Tensor, floor: Double, isDiagonal: Bool) {
    let (count, size) = (responsibilities.shape[1], points.shape[1])
    // As in scikit-learn: a component that lost its points gets a weight, if one of rounding size.
    let masses = responsibilities.sum(along: 0) + 10 * Double.ulpOfOne
    let column = masses.expandingDimension(at: 1)
    let means = responsibilities.transposed().matmul(points) / column
    let unit = Tensor.identity(size, dtype: .float64, on: points.device)
    var moments = Tensor.zeros([count, size, size], dtype: .float64, on: points.device)
    let rows = Self.blockRows(count * size)
    for (block, shares) in zip(points.blocks(ofRows: rows), responsibilities.blocks(ofRows: rows)) {
      let gaps = block.expandingDimension(at: 0) - means.expandingDimension(at: 1)  // [count, rows, size]
      let weighted = gaps * shares.transposed().expandingDimension(at: 2)
      moments = moments + weighted.transposed().matmul(gaps)
    }
    let covariances = moments / column.expandingDimension(at: 2)
    // Beside the floor a trace of the codes' own scale, so that rounding cannot make a large covariance indefinite.
    let spread = (covariances * unit).mean().item * 1e-10 * Double(size)
    let kept = isDiagonal ? covariances * unit : (covariances + covariances.transposed()) * 0.5
    self.init(
      weights: masses / masses.sum(), means: means, factors: (kept + unit * (floor + spread)).choleskyFactor()
    )
  }

  public func logJoint(of points: Tensor) -> Tensor {
    let (count, size) = (means.shape[0], means.shape[1])
    let parts = points.to(dtype: .float64).blocks(ofRows: Self.blockRows(count * size)).map { block in
      let whitened = block.matmul(whitening) - whitenedMeans  // [rows, count × size]
      return offsets - whitened.squared().reshaped(-1, count, size).sum(along: 2) * 0.5
    }
    return .concatenated(parts)
  }

  /// Independent draws, `[count, latentSize]` of `float64`.
  public func sample(_ count: Int, using generator: Generator) -> Tensor {
    let chosen = weights.categoricalDraws(count, using: generator).expandingDimension(at: 1)
    let noise = Tensor.normal([count, means.shape[1]], dtype: .float64, using: generator).to(on: means.device)
    return (0..<means.shape[0]).reduce(noise) { result, index in
      let factor = factors.selected(along: 0, at: index)
      let draws = noise.matmul(factor.transposed()) + means.selected(along: 0, at: index)
      return draws.selecting(
        where: chosen.isEqual(to: .scalar(Double(index), dtype: .int64, on: chosen.device)), otherwise: result
      )
    }
  }

  /// Rows of a block whose intermediate values take 8 MiB.
  private static func blockRows(_ width: Int) -> Int { max(1, 1_048_576 / width) }
}
