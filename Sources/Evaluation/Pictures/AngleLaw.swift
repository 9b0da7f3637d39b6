import Foundation

/// The distribution of the angle between two independent uniform points of the unit sphere: p(θ) ∝ sin^(d−2)
/// θ on [0, π].
public enum AngleLaw {
  /// The density at `angle`, per radian: Γ(d/2) / (√π Γ((d−1)/2)) · sin^(d−2) θ.
  ///
  /// It is 1/π for d = 2, ½ sin θ for d = 3, and ever narrower around a right angle above.
  public static func density(_ angle: Double, dimension: Int) -> Double {
    guard dimension >= 2 else { fatalError("a sphere of \(dimension) dimensions has no angles") }
    if angle < 0 || angle > .pi { return 0 }
    let size = Double(dimension)
    let logConstant = lgamma(size / 2) - lgamma((size - 1) / 2) - log(Double.pi) / 2
    return exp(logConstant) * pow(max(sin(angle), 0), size - 2)
  }
}
