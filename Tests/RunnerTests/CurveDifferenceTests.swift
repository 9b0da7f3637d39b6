import Comparison
import Foundation
import Testing

/// Noise whose neighbours correlate, of variance 1.
private struct Noise {
  private var state: UInt64
  private let correlation: Double
  private var last: Double = 0

  init(seed: Int, correlation: Double) {
    state = UInt64(seed)
    self.correlation = correlation
    last = normal()
  }

  mutating func next() -> Double {
    last = correlation * last + (1 - correlation * correlation).squareRoot() * normal()
    return last
  }

  /// SplitMix64, then Box and Muller.
  private mutating func normal() -> Double {
    (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  private mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return (Double((bits ^ (bits >> 31)) >> 11) + 0.5) / 9_007_199_254_740_992
  }
}

/// A curve as training leaves it: a steep fall, then a slow one, with noise that falls as well. Logged every 20 steps.
private func curve(
  seed: Int, correlation: Double, count: Int = 80, shift: Double = 0, from start: Int = 0
) -> [Int: Double] {
  var noise = Noise(seed: seed, correlation: correlation)
  let values = (0..<count).map { index in
    let trend = 30 + 300 * exp(-Double(index) / 5)
    let scale = 1 + 3 * exp(-Double(index) / 20)
    return (20 * (index + 1), trend + scale * noise.next() + (index >= start ? shift : 0))
  }
  return Dictionary(uniqueKeysWithValues: values)
}

@Suite("Where curves part")
struct CurveDifferenceTests {
  @Test(
    "curves of one distribution are told apart in at most 5 % of 400 simulations", arguments: [0, 0.3, 0.6])
  func equalDistributions(correlation: Double) {
    let flagged = (0..<400).count { index in
      let (first, second) = (
        curve(seed: 2 * index, correlation: correlation), curve(seed: 2 * index + 1, correlation: correlation)
      )
      return CurveDifference("loss", first, second).parting != nil
    }
    #expect(flagged <= 20, "\(flagged) of 400")
  }

  @Test(
    "nor are curves of one distribution whose noise is wild, in proportion to the value, or of one long memory",
    arguments: [
      ("wild", 0, 300, 0.06), ("wild", 0.6, 200, 0.06), ("proportional", 0, 200, 0.05),
      ("proportional", 0.6, 80, 0.05), ("normal", 0.9, 600, 0.05), ("normal", 0.9, 80, 0.13),
    ])
  func otherNoise(_ kind: String, correlation: Double, count: Int, share: Double) {
    func values(_ seed: Int) -> [Int: Double] {
      var (noise, second) = (
        Noise(seed: seed, correlation: correlation), Noise(seed: seed + 1_000_000, correlation: 0)
      )
      return Dictionary(
        uniqueKeysWithValues: (0..<count).map { index in
          let trend = 1 + 300 * exp(-Double(index) / 20)
          var value = noise.next()
          if kind == "wild" {
            // Student's t with 3 degrees of freedom, of variance 1, around the correlated part.
            let squares = (0..<3).reduce(0) { sum, _ in sum + pow(second.next(), 2) }
            value /= (squares / 3).squareRoot() * 3.0.squareRoot()
          }
          return (index + 1, kind == "proportional" ? trend * exp(0.3 * value) : 30 + trend + value)
        })
    }
    let flagged = (0..<100).count { index in
      CurveDifference("loss", values(2 * index), values(2 * index + 1)).parting != nil
    }
    // The share was found in 1000 and more pairs; a hundred may exceed it by three standard errors.
    let limit = share + 3 * (share * (1 - share) / 100).squareRoot()
    #expect(Double(flagged) <= limit * 100, "\(flagged) of 100")
  }

  @Test("curves that part by six deviations are found within sixteen logged steps, and hardly ever before")
  func parting() {
    let found = (0..<100).compactMap { index -> Int? in
      let first = curve(seed: 2 * index, correlation: 0.2, count: 200)
      let second = curve(seed: 2 * index + 1, correlation: 0.2, count: 200, shift: 6, from: 120)
      return CurveDifference("loss", first, second).parting.map { $0.step / 20 - 121 }
    }
    let soon = found.count { (0...16).contains($0) }
    #expect(soon >= 90, "\(found.sorted())")
    #expect(found.count { $0 < 0 } <= 5)
  }

  @Test("a shared noise cancels, so a difference far below it is found")
  func sharedNoise() throws {
    let first = curve(seed: 1, correlation: 0)
    var small = Noise(seed: 2, correlation: 0)
    let second = Dictionary(
      uniqueKeysWithValues: first.map { ($0.key, $0.value + 0.01 * small.next() + ($0.key > 1000 ? 4 : 0)) })
    let parting = try #require(CurveDifference("loss", first, second).parting)
    #expect(parting.step > 1000 && parting.step <= 1320 && parting.difference > 0)
  }

  @Test("curves that drift apart by rounding differ in their bits and not beyond noise")
  func rounding() {
    let first = curve(seed: 1, correlation: 0)
    let second = Dictionary(
      uniqueKeysWithValues: first.map { step, value in
        (step, step < 400 ? value : value * (1 + 1e-7 * exp(Double(step - 400) / 300)))
      })
    let difference = CurveDifference("loss", first, second)
    #expect(difference.firstDifference == 400 && difference.isTested && difference.parting == nil)
  }

  @Test("equal curves differ nowhere, and a value that is not finite is a difference")
  func bits() {
    var first = curve(seed: 3, correlation: 0)
    #expect(CurveDifference("loss", first, first).firstDifference == nil)
    let second = first
    first[600] = .nan
    let difference = CurveDifference("loss", first, second)
    #expect(difference.firstDifference == 600 && difference.count == 80 && difference.notFinite == 600)
    first[1600] = .infinity
    #expect(CurveDifference("loss", first, first).firstDifference == nil)
    #expect(CurveDifference("loss", first, first).first == nil)
  }

  @Test("few common steps are not tested, and steps of one curve alone are passed over")
  func fewSteps() {
    let (first, second) = (curve(seed: 4, correlation: 0), curve(seed: 5, correlation: 0, shift: 1000))
    let sparse = second.filter { $0.key % 80 == 0 }
    let difference = CurveDifference("loss", first, sparse)
    #expect(difference.count == 20 && !difference.isTested && difference.parting == nil)
    #expect(difference.firstDifference == 80 && difference.lastStep == 1600)
    #expect(CurveDifference("loss", first, [:]).count == 0)
  }
}
