/// b₀ + a₁/(b₁ + a₂/(b₂ + …)) by Lentz's method with the guards of Thompson and Barnett (J. Comput. Phys. 1986), until
/// a step changes it by less than 10⁻¹⁵.
///
/// - Parameters:
///   - start: b₀.
///   - term: The a and b of each step from 1.
func continuedFraction(
  from start: Double, term: (_ step: Double) -> (numerator: Double, denominator: Double)
) -> Double {
  func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
  var (value, upper, lower) = (nonzero(start), nonzero(start), 0.0)
  for step in 1...100_000 {
    let (numerator, denominator) = term(Double(step))
    lower = 1 / nonzero(denominator + numerator * lower)
    upper = nonzero(denominator + numerator / upper)
    value *= upper * lower
    if abs(upper * lower - 1) < 1e-15 { break }
  }
  return value
}
