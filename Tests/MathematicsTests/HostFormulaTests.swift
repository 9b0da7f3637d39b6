import Foundation
import Mathematics
import Testing

/// `mathematics.json`.
private struct HostFixture: Decodable {
  struct Sample: Decodable {
    let values: [Double]
    let mean: Double
    let median: Double
    let deviation: Double
    let quantiles: [[Double]]
  }

  struct Student: Decodable {
    let degrees: Double
    let value: Double
    let twoSided: Double
    let level: Double
    let quantile: Double
  }

  struct Stream: Decodable {
    let state: String
    let values: [String]
  }

  let samples: [Sample]
  let confluent: [[Double]]
  let student: [Student]
  let normal: [[Double]]
  let chiSquare: [[Double]]
  let splitmix: [Stream]
  let hash: [[String]]

  static func read() throws -> HostFixture {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/mathematics.json")
    return try JSONDecoder().decode(HostFixture.self, from: Data(contentsOf: file))
  }
}

/// |found − expected| over the larger of |expected| and `floor`.
private func gap(_ found: Double, _ expected: Double, floor: Double = 1e-300) -> Double {
  abs(found - expected) / max(abs(expected), floor)
}

@Suite("Formulas on the host equal SciPy's and NumPy's")
struct HostFormulaTests {
  @Test("₁F₁ of an argument below zero, on both sides of where the expansion begins")
  func confluent() throws {
    let rows = try HostFixture.read().confluent
    #expect(rows.count == 63)
    for row in rows {
      let found = Confluent.decaying(row[2], top: row[0], bottom: row[1])
      #expect(gap(found, row[3]) < 1e-12, "\(row): \(found)")
    }
  }

  @Test("Student's t: probabilities, and the value of a probability")
  func student() throws {
    for row in try HostFixture.read().student {
      let probability = StudentT.twoSided(row.value, degrees: row.degrees)
      #expect(gap(probability, row.twoSided) < 1e-11, "\(row): \(probability)")
      let quantile = StudentT.quantile(twoSided: row.level, degrees: row.degrees)
      #expect(gap(quantile, row.quantile) < 1e-9, "\(row): \(quantile)")
    }
    #expect(StudentT.twoSided(.infinity, degrees: 3) == 0)
  }

  @Test("a test at its detectable shift has the power that was asked for")
  func power() {
    let shift = StudentT.shift(power: 0.8, level: 0.05, degrees: 7)
    let critical = StudentT.quantile(twoSided: 0.05, degrees: 7)
    #expect(abs(StudentT.power(shift: shift, critical: critical, degrees: 7) - 0.8) < 1e-12)
    #expect(abs(StudentT.power(shift: 0, critical: critical, degrees: 7) - 0.05) < 1e-9)
  }

  @Test("upper tails of the normal distribution and of χ²")
  func tails() throws {
    let fixture = try HostFixture.read()
    for row in fixture.normal { #expect(gap(UpperTail.normal(row[0]), row[1]) < 1e-12, "\(row)") }
    for row in fixture.chiSquare {
      // exp of a sum of large logarithms loses digits with the degrees.
      #expect(gap(UpperTail.chiSquare(row[0], degrees: row[1]), row[2]) < 1e-10, "\(row)")
    }
    #expect(UpperTail.chiSquare(0, degrees: 3) == 1)
  }

  @Test("mean, median, deviation and quantiles of a sample")
  func statistics() throws {
    for sample in try HostFixture.read().samples {
      #expect(gap(try #require(sample.values.mean), sample.mean, floor: 1) < 1e-14)
      #expect(gap(try #require(sample.values.median), sample.median, floor: 1) < 1e-14)
      #expect(gap(sample.values.deviation, sample.deviation, floor: 1) < 1e-14)
      let ordered = OrderStatistics(sample.values)
      for row in sample.quantiles { #expect(gap(ordered.quantile(row[0]), row[1], floor: 1) < 1e-14) }
    }
    #expect([Double]().mean == nil && [Double]().median == nil)
    // The mean of three times 0.1 is not 0.1.
    #expect([0.1, 0.1, 0.1].deviation == 0)
  }
}

@Suite("Halving")
struct BracketTests {
  @Test("the ends enclose the place, with no number between them")
  func root() {
    let bracket = Bracket(1, 2) { $0 * $0 < 2 }
    #expect(bracket.lower * bracket.lower < 2 && bracket.upper * bracket.upper >= 2)
    #expect(bracket.upper == bracket.lower.nextUp)
  }

  @Test("the search from zero doubles its end up to the limit")
  func doubling() {
    #expect(abs(Bracket(fromZeroTo: 1e12) { $0 < 12_345 }.middle - 12_345) < 1e-11)
    #expect(abs(Bracket(fromZeroTo: 1e12) { $0 < 1e-3 }.middle - 1e-3) < 1e-17)
    #expect(Bracket(fromZeroTo: 1e3) { _ in true }.upper == 1024)
  }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test("its numbers and its names' hashes are those of the definitions")
  func definition() throws {
    let fixture = try HostFixture.read()
    for stream in fixture.splitmix {
      var generator = SplitMix64(state: try #require(UInt64(stream.state)))
      #expect(stream.values.map { _ in String(generator.next()) } == stream.values)
    }
    for row in fixture.hash {
      #expect(String(Array(row[0].utf8).withUnsafeBufferPointer(SplitMix64.hash)) == row[1])
    }
  }

  @Test("streams differ in each of seed, name and numbers, and begin again alike")
  func streams() {
    let starts = [
      SplitMix64(seed: 1, "order"), SplitMix64(seed: 2, "order"), SplitMix64(seed: 1, "flip"),
      SplitMix64(seed: 1, "order", 1), SplitMix64(seed: 1, "order", 0, 1),
    ].map { start -> UInt64 in
      var generator = start
      return generator.next()
    }
    #expect(Set(starts).count == starts.count)
    var again = SplitMix64(seed: 1, "order")
    #expect(again.next() == starts[0])
  }

  @Test("a shuffle is a permutation, numbers stay below their bound and are spread evenly")
  func draws() {
    var generator = SplitMix64(seed: 3, "test")
    var order = Array(0..<100)
    generator.shuffle(&order)
    #expect(order != order.sorted() && order.sorted() == Array(0..<100))
    let found = (0..<6_000).map { _ in generator.below(6) }
    // 1,000 of each are expected, with a deviation of 29.
    for side in 0..<6 { #expect((850...1150).contains(found.count { $0 == side })) }
    let shares = (0..<1_000).map { _ in generator.uniform(2...3) }
    #expect(shares.allSatisfy { $0 >= 2 && $0 < 3 })
  }
}
