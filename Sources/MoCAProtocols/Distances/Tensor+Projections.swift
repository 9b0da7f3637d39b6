import Torch

extension Tensor {
  /// The rows' projections on unit columns, ascending along each: `[count, d], [d, directions] → [count, directions]`.
  package func sortedProjections(along directions: Tensor) -> Tensor {
    matmul(directions).sorted(along: 0)
  }

  /// Sliced W₂ between sorted projections and those of a prior or one column of its quantiles: the root of the mean
  /// squared difference, in units of the standard deviation of a projection of the prior.
  package func slicedDistance(to target: Tensor) -> Double {
    ((self - target).squared().mean().item / target.squared().mean().item).squareRoot()
  }
}
