import MoCAProtocols

/// Bingham's test of uniformity on the sphere (Mardia and Jupp, "Directional Statistics", 2000, section 10.7.1):
/// N d(d + 2)/2 · (tr S² − 1/d) with S = mean z zᵀ, about χ² with (d − 1)(d + 2)/2 degrees of freedom for uniform
/// codes.
///
/// It is the spread of the eigenvalues of d·S about 1: it sees codes that prefer an axis or a subspace, also where
/// their mean is zero.
public struct BinghamTest: LatentMeasure {
  public static let name = "bingham"
  public static let unit = "N d(d + 2)/2 (tr S² − 1/d), (d − 1)(d + 2)/2 at a match"

  private let size: Double

  public init?(_ reference: LatentReference) {
    if reference.prior.geometry != .sphere { return nil }
    size = Double(reference.latentSize)
  }

  public func value(of codes: Tensor) -> Double {
    let count = Double(codes.shape[0])
    let moment = codes.transposed().matmul(codes).to(dtype: .float64) / count
    return count * size * (size + 2) / 2 * (moment.squared().sum().item - 1 / size)
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    UpperTail.chiSquare(value, degrees: (size - 1) * (size + 2) / 2)
  }
}
