/// The figures that sprites show, as signed distances.
///
/// A distance is negative inside, in the unit of its arguments; the formulas for triangle, star and cross are
/// Inigo Quilez's, "2D distance functions".
enum SpriteShape: String, CaseIterable {
  case circle, square, triangle, star, cross, ring

  /// The distance of (`x`, `y`) from the outline of a figure of nominal `radius` around the origin.
  func distance(_ x: Float, _ y: Float, radius: Float) -> Float {
    switch self {
    case .circle: length(x, y) - radius
    case .square: Self.box(x, y, half: 0.82 * radius)
    case .triangle: Self.triangle(x, y, half: 0.97 * radius)
    case .star: Self.star(x, y, radius: 1.12 * radius)
    case .cross: Self.cross(x, y, arm: 1.05 * radius, thickness: 0.36 * radius)
    case .ring: abs(length(x, y) - 0.76 * radius) - 0.24 * radius
    }
  }

  private static func box(_ x: Float, _ y: Float, half: Float) -> Float {
    let (dx, dy) = (abs(x) - half, abs(y) - half)
    return length(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0)
  }

  private static func triangle(_ x: Float, _ y: Float, half: Float) -> Float {
    let root: Float = 1.732_050_8
    var px = abs(x) - half
    var py = y + half / root
    if px + root * py > 0 { (px, py) = ((px - root * py) / 2, (-root * px - py) / 2) }
    px -= min(max(px, -2 * half), 0)
    return py > 0 ? -length(px, py) : length(px, py)
  }

  private static func star(_ x: Float, _ y: Float, radius: Float) -> Float {
    let (kx, ky): (Float, Float) = (0.809_017, -0.587_785_25)
    let inset: Float = 0.45
    var (px, py) = (abs(x), y)
    let first = 2 * max(kx * px + ky * py, 0)
    (px, py) = (px - first * kx, py - first * ky)
    let second = 2 * max(-kx * px + ky * py, 0)
    (px, py) = (abs(px + second * kx), py - second * ky - radius)
    let (bx, by) = (-inset * ky, inset * kx - 1)
    let along = min(max((px * bx + py * by) / (bx * bx + by * by), 0), radius)
    let distance = length(px - bx * along, py - by * along)
    return py * bx - px * by > 0 ? distance : -distance
  }

  private static func cross(_ x: Float, _ y: Float, arm: Float, thickness: Float) -> Float {
    let (px, py) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
    let (qx, qy) = (px - arm, py - thickness)
    let outside = max(qx, qy)
    if outside > 0 { return length(max(qx, 0), max(qy, 0)) }
    return -length(max(thickness - px, 0), max(-outside, 0))
  }
}

private func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }
