import Foundation
import Mathematics
import Testing

@Suite("The exponential moment of the sphere's uniform distribution")
struct SphereMomentTests {
  @Test("it is the integral over a coordinate", arguments: [2, 3, 16, 128], [0.5, 30, 5000])
  func integral(_ dimension: Int, _ concentration: Double) {
    let integral = UnitSphere.expectation(dimension: dimension) { exp(concentration * ($0 - 1)) }
    let moment = UnitSphere.logMoment(concentration, dimension: dimension)
    // Where the integral is smaller than a Double can be, there is nothing to compare.
    if integral > 0 { #expect(abs(moment - concentration - log(integral)) < 1e-8) }
  }

  @Test(
    "it is elementary in odd dimensions, on both sides of where the expansion begins",
    arguments: [40, 9.99e4, 1.001e5, 1e7, 1e12])
  func elementary(_ concentration: Double) {
    let gap = { (dimension: Int) in UnitSphere.logMoment(concentration, dimension: dimension) - concentration
    }
    let tolerance = 1e-8 + 4e-16 * concentration
    // sinh κ / κ, and 3 (κ cosh κ − sinh κ) / κ³, where exp(−2κ) does not count.
    #expect(abs(gap(3) + log(2 * concentration)) < tolerance)
    #expect(abs(gap(5) - log(1.5 * (concentration - 1)) + 3 * log(concentration)) < tolerance)
  }

  @Test(
    "series and expansion meet in their value and their slope", arguments: [1, 2, 3, 16, 128, 1024, 65_536])
  func seam(_ dimension: Int) {
    let (below, above) = (1e5, 1e5 * (1 + 1e-9))
    let step =
      UnitSphere.logMoment(above, dimension: dimension) - UnitSphere.logMoment(below, dimension: dimension)
    #expect(abs(step - 1e-4 * UnitSphere.meanCosine(below, dimension: dimension)) < 1e-8)
  }

  @Test("it is finite and does not hang at any concentration", arguments: [2, 128])
  func extremes(_ dimension: Int) {
    for concentration in [0, 1e-300, 1e-9, 1e5, 1e100, 1e300] {
      let moment = UnitSphere.logMoment(concentration, dimension: dimension)
      #expect(moment.isFinite && moment >= 0 && moment <= concentration)
    }
    #expect(UnitSphere.negativeMass(dimension: dimension, temperature: 1e-300, negativeCount: 1000) >= 0)
    #expect(UnitSphere.logMoment(.nan, dimension: dimension).isNaN)
  }

  @Test("a rule of n nodes is exact up to the degree 2n − 1", arguments: [1, 2, 5, 32])
  func quadrature(_ count: Int) {
    let rule = GaussLegendre(count)
    #expect(zip(rule.nodes, rule.nodes.dropFirst()).allSatisfy { $0 < $1 })
    for degree in 0..<(2 * count) {
      let found = rule.integral(from: 0, to: 2) { pow($0 / 2, Double(degree)) }
      #expect(abs(found - 2 / Double(degree + 1)) < 1e-13)
    }
  }
}
