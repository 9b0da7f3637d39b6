import MoCAProtocols

/// The largest eigenvalue of d times the covariance of codes on the sphere. For uniform codes it lies near Marchenko
/// and Pastur's edge (1 + √(d/N))²; a dominant direction lifts it.
public struct LargestEigenvalue: LatentMeasure {
  public static let name = "largestEigenvalue"
  public static let unit = "largest eigenvalue of d·Cov, (1 + √(d/N))² at a match"

  private let size: Double

  public init?(_ reference: LatentReference) {
    if reference.prior.geometry != .sphere { return nil }
    size = Double(reference.latentSize)
  }

  public func value(of codes: Tensor) -> Double {
    CodeMoments(codes).covariance.symmetricEigenvalues().maximum().item * size
  }
}
