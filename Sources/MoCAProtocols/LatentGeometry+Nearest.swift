extension LatentGeometry {
  /// Maps points that left the support back onto it and leaves points on it where they are; `[count, latentSize]`.
  ///
  /// This is not ``Prior/project(_:)``, which may be a squashing map for networks that moves every point. Sphere:
  /// division by the norm. Cube: coordinates cut to [−1, 1]. Ball: longer vectors are shortened to one. Simplex:
  /// shares below 1e-6 become that, then the sum is made one.
  public func nearest(to points: Tensor) -> Tensor {
    switch self {
    case .euclidean: points
    case .sphere: points.normalized(along: 1)
    case .cube: points.clamped(min: -1).clamped(max: 1)
    case .ball: points / points.norm(along: 1, keepsDimensions: true).clamped(min: 1)
    case .simplex: normalizedShares(points.clamped(min: 1e-6))
    }
  }

  private func normalizedShares(_ points: Tensor) -> Tensor {
    points / points.sum(along: 1, keepsDimensions: true)
  }
}
