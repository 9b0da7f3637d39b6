import MoCAProtocols

/// Hard clusters as the start of a mixture: k-means++ seeds (Arthur and Vassilvitskii, SODA 2007), then Lloyd's steps.
enum KMeans {
  /// One row per point with a one at its cluster, `[points, count]` of the points' type.
  ///
  /// - Parameter steps: Lloyd's steps; a mixture fitted afterwards needs no exact optimum.
  static func memberships(
    of points: Tensor, count: Int, steps: Int = 20, using generator: Generator
  ) -> Tensor {
    var centers = seeds(count, in: points, using: generator)
    var members = nearest(centers, points)
    for _ in 0..<steps {
      let sizes = members.sum(along: 0).expandingDimension(at: 1)
      let means = members.transposed().matmul(points) / sizes.clamped(min: 1)
      centers = means.selecting(where: sizes.isGreater(than: 0), otherwise: centers)
      members = nearest(centers, points)
    }
    return members
  }

  /// Points of the data, each drawn with a probability proportional to its squared distance from those before it.
  private static func seeds(_ count: Int, in points: Tensor, using generator: Generator) -> Tensor {
    let first = Tensor.indices(1, below: points.shape[0], using: generator).to(on: points.device)
    var centers = points.gathered(along: 0, at: first)
    var distances = points.squaredDistances(to: centers).squeezingDimension(at: 1)
    for _ in 1..<max(count, 1) {
      let cumulative = distances.clamped(min: 0).cumulativeSum(along: 0)
      let target = Tensor.uniform([1], dtype: .float64, using: generator).to(on: points.device)
      let index = cumulative.isLess(than: target * cumulative.maximum()).to(dtype: .float64).sum()
      let row = index.clamped(max: Double(points.shape[0] - 1)).to(dtype: .int64).reshaped(1)
      let center = points.gathered(along: 0, at: row)
      distances = distances.minimum(points.squaredDistances(to: center).squeezingDimension(at: 1))
      centers = .concatenated([centers, center])
    }
    return centers
  }

  private static func nearest(_ centers: Tensor, _ points: Tensor) -> Tensor {
    // The squared distance without the point's own part, which is the same for all centers.
    let closeness = points.matmul(centers.transposed()) - centers.squared().sum(along: 1) * 0.5
    let closest = closeness.argumentOfMaximum(along: 1)
    let classes = Tensor.range(centers.shape[0], on: points.device).expandingDimension(at: 0)
    return closest.expandingDimension(at: 1).isEqual(to: classes).to(dtype: points.dtype)
  }
}
