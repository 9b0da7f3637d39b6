import Foundation
import Mathematics

/// Mollweide's projection of the sphere onto an ellipse twice as wide as high. Equal areas stay equal, so that a uniform
/// distribution is a uniform colour.
///
/// x = (2√2/π) λ cos t and y = √2 sin t, where 2t + sin 2t = π sin φ (Snyder, Map Projections, 1987, p. 251). Here x
/// and y are divided by 2√2 and √2, so that the ellipse is x² + y² ≤ 1 in these units.
public enum Mollweide {
  /// The place of a point of longitude λ in [−π, π] and latitude φ in [−π/2, π/2]; both coordinates in [−1, 1].
  public static func place(longitude: Double, latitude: Double) -> (x: Double, y: Double) {
    let angle = auxiliaryAngle(of: latitude)
    return (longitude / .pi * cos(angle), sin(angle))
  }

  /// The point of the sphere at a place, or `nil` outside of the ellipse.
  public static func point(x: Double, y: Double) -> (longitude: Double, latitude: Double)? {
    if x * x + y * y > 1 { return nil }
    let angle = asin(y)
    let width = (1 - y * y).squareRoot()
    let sine = (2 * angle + sin(2 * angle)) / .pi
    return (width > 0 ? min(max(x / width, -1), 1) * .pi : 0, asin(min(max(sine, -1), 1)))
  }

  /// The t of 2t + sin 2t = π sin φ, by halving: the slope vanishes at the poles.
  private static func auxiliaryAngle(of latitude: Double) -> Double {
    let target = Double.pi * sin(abs(latitude))
    let angle = Bracket(0, .pi / 2) { 2 * $0 + sin(2 * $0) < target }.middle
    return latitude < 0 ? -angle : angle
  }
}
