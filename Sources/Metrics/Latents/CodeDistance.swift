import MoCAProtocols

/// Which codes are near each other.
public enum CodeDistance: String, Sendable, CaseIterable {
  case cosine, euclidean

  /// The distance that suits a prior's support.
  public init(for geometry: LatentGeometry) { self = geometry == .sphere ? .cosine : .euclidean }

  /// Points whose Euclidean distances order as this one's.
  func points(_ codes: Tensor) -> Tensor {
    let points = codes.to(dtype: .float64)
    return self == .cosine ? points.normalized(along: 1) : points
  }
}
