import Comparison
import Foundation
import Testing

@Suite("Statistics over seeds")
struct ComparisonStatisticsTests {
  private struct Fixture: Decodable {
    struct Case: Decodable {
      let differences: [Double]
      let spread: Double
      let student: [Double]
      let probability: Double
      let bootstrap: [Double]
      let detectable: Double
      let detectableOf10: Double?
    }
    let cases: [Case]
  }

  @Test("intervals, probabilities and detectable differences are SciPy's")
  func intervals() throws {
    let file = packageRoot.appendingPathComponent("Tests/Fixtures/comparison.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    #expect(fixture.cases.count > 5)
    for expected in fixture.cases {
      let found = PairedDesign(count: expected.differences.count).difference(expected.differences)
      let scale = expected.spread
      #expect(abs(found.spread - expected.spread) < 1e-12 * scale)
      for (mine, theirs) in zip([found.student.lower, found.student.upper], expected.student) {
        #expect(abs(mine - theirs) < 1e-8 * scale, "\(expected.differences)")
      }
      for (mine, theirs) in zip([found.bootstrap.lower, found.bootstrap.upper], expected.bootstrap) {
        #expect(abs(mine - theirs) < 1e-8 * scale, "\(expected.differences)")
      }
      #expect(abs(try #require(found.probability) / expected.probability - 1) < 1e-8)
      #expect(abs(found.detectable / expected.detectable - 1) < 1e-6)
      if let detectable = expected.detectableOf10 {
        let design = PairedDesign(count: expected.differences.count, tests: 10)
        #expect(abs(design.difference(expected.differences).detectable / detectable - 1) < 1e-5)
      }
      let isLarge = expected.differences.count >= 6
      #expect(found.method == (isLarge ? .bootstrap : .student))
      #expect(found.interval == (isLarge ? found.bootstrap : found.student))
    }
  }

  @Test("differences that are equal but for rounding cannot be tested, and nothing is marked")
  func withoutSpread() throws {
    let design = PairedDesign(count: 3)
    for differences in [[0, 0, 0], [0.1, 0.1, 0.1], [0.1, 0.1 + 1e-9, 0.1]] {
      #expect(design.difference(differences).probability == nil)
    }
    #expect(design.difference([1e-9, 2e-9, 1e-9], magnitude: 1).probability == nil)
    #expect(design.difference([1e-9, 2e-9, 1e-9]).probability != nil)
    let runs = try ComparisonRuns([("mmd", [1.5, 1.5, 1.5]), ("none", [1.25, 1.25, 1.25])])
    let column = try runs.comparison().column("FD-cifar of prior")
    #expect(column.verdict == .init(kind: .notTestable, groups: []))
    #expect(column.entries[0].difference?.adjustedProbability == nil)
  }

  @Test("the best is chosen over common seeds: seeds that one group has alone do not make it the winner")
  func missingSeeds() throws {
    let runs = try ComparisonRuns([("none", [1, 1.01, 0.99, 0.1, 0.1]), ("mmd", [0.90, 0.909, 0.8905])])
    let comparison = try runs.comparison()
    let column = try comparison.column("FD-cifar of prior")
    #expect(column.best == 1 && column.verdict == .init(kind: .winner, groups: [1]))
    #expect((column.entries[0].difference?.mean ?? 0) > 0.09)
    #expect(comparison.notes.contains { $0.hasPrefix("groups have different seeds") })
  }

  @Test("chosen as the best, a group is held against the others over all pairs; named, over those to it")
  func allPairs() throws {
    let runs = try ComparisonRuns([
      ("mmd", [10, 12, 11, 14]), ("moca", [5, 8.1, 4.9, 9]), ("none", [20, 24.2, 20.9, 22]),
    ])
    let chosen = try runs.comparison().column("FD-cifar of prior")
    let named = try runs.comparison { $0.reference = "moca" }.column("FD-cifar of prior")
    let pair = [chosen, named].map(\.entries[2].difference)
    let probability = try #require(pair[0]?.probability)
    #expect(pair[1]?.probability == probability)
    #expect(abs((pair[0]?.adjustedProbability ?? 0) / probability - 3) < 1e-9)
    #expect(abs((pair[1]?.adjustedProbability ?? 0) / probability - 2) < 1e-9)
    #expect((pair[0]?.detectable ?? 0) > (pair[1]?.detectable ?? 1))
  }

  @Test("Holm's rule steps down and never falls")
  func holm() {
    // 4 · 0.01, 3 · 0.02, then 2 · 0.025 < 0.06 and 1 · 0.5.
    let adjusted = PairedDifference.holm([0.5, 0.01, 0.025, 0.02])
    for (mine, expected) in zip(adjusted, [0.5, 0.04, 0.06, 0.06]) { #expect(abs(mine - expected) < 1e-12) }
    #expect(PairedDifference.holm([]).isEmpty && PairedDifference.holm([0.9, 0.8]) == [1, 1])
  }

  @Test("a group that wins in every seed by far is marked, and its rivals have intervals without zero")
  func winner() throws {
    let runs = try ComparisonRuns([
      ("mmd", [10, 12, 11, 14]), ("moca", [5, 7.1, 5.9, 9]), ("none", [20, 22.2, 20.9, 24]),
    ])
    let column = try runs.comparison().column("FD-cifar of prior")
    #expect(column.verdict == .init(kind: .winner, groups: [1]) && column.best == 1 && column.reference == 1)
    let difference = try #require(column.entries[0].difference)
    #expect(abs(difference.mean - 5) < 1e-9 && difference.count == 4 && difference.interval.excludesZero)
    #expect((difference.adjustedProbability ?? 0) >= difference.probability ?? 1)
    #expect(column.entries[1].difference == nil && column.entries[1].mean == 6.75)
    #expect(abs(try #require(column.entries[0].spread) - 1.707825127659933) < 1e-12)
  }

  @Test("inside the noise nothing is marked, and those that are not told apart are named")
  func noise() throws {
    let runs = try ComparisonRuns([("mmd", [10, 12, 11]), ("moca", [9, 13, 10.5]), ("none", [40, 42, 41])])
    let column = try runs.comparison().column("FD-cifar of prior")
    #expect(column.verdict == .init(kind: .notToldApart, groups: [1, 0]))
    #expect(column.entries[2].difference?.interval.excludesZero == true)
    #expect(column.detectable.map { $0.lowerBound > 0 } == true)
  }

  @Test("a difference within the error that the score states of itself is no win")
  func statedError() throws {
    let kinds: [(error: Double?, kind: ComparisonColumn.Verdict.Kind)] = [
      (nil, .winner), (20, .notToldApart),
    ]
    for (error, kind) in kinds {
      let runs = try ComparisonRuns()
      for (name, values) in [("mmd", [10, 12, 11.1]), ("moca", [5, 7, 6])] {
        for (seed, value) in values.enumerated() {
          let scores = ["prior": ["FD-cifar": value]]
          try runs.add("\(name)-\(seed)", .init(regularizer: name, seed: seed, scores: scores, error: error))
        }
      }
      #expect(try runs.comparison().column("FD-cifar of prior").verdict.kind == kind)
    }
  }

  @Test("one seed has no interval and marks nothing; seeds that only one group has do not count")
  func oneSeed() throws {
    let single = try ComparisonRuns([("mmd", [10]), ("moca", [5])]).comparison()
    #expect(single.columns.allSatisfy { $0.verdict == .init(kind: .oneSeed, groups: []) })
    #expect(single.columns.flatMap(\.entries).allSatisfy { $0.difference == nil && $0.spread == nil })
    let uneven = try ComparisonRuns([("mmd", [10, 11, 12, 13]), ("moca", [5, 6.5, 7])]).comparison()
    let column = try uneven.column("FD-cifar of prior")
    #expect(column.entries[0].difference?.count == 3 && column.entries[0].seedCount == 4)
  }

  @Test(
    "what is better depends on the score",
    arguments: [
      ("prior", "FD-cifar", 1), ("prior", "coverage-cifar", 2), ("prior", "sharpness", nil),
      ("codes and labels", "linear-probe accuracy", 2),
      ("the prior, decoded and encoded again", "drift ratio", 0),
      ("held-out", "FD-cifar", nil),
    ] as [(String, String, Int?)])
  func orders(_ subject: String, _ score: String, best: Int?) throws {
    let groups = [("mmd", [1.1, 1.1]), ("moca", [0.2, 0.2]), ("none", [3.0, 3.0])]
    let comparison = try ComparisonRuns(groups, subject: subject, score: score).comparison {
      $0.takesAll = true
    }
    #expect(comparison.columns[0].best == best && comparison.columns[0].origin == .evaluation)
    #expect((comparison.columns[0].verdict.kind == .unordered) == (best == nil))
  }

  @Test("a two-sided measure of codes is compared by its distance from the null values")
  func nearest() throws {
    let runs = try ComparisonRuns()
    for (name, value) in [("mmd", 3.0), ("moca", 8.5), ("none", 12)] {
      for seed in 0..<2 {
        let details = ["probability": 0.01, "nullLower": 7, "nullMedian": 8]
        let scores = ["codes against the prior": ["effectiveRank": value]]
        try runs.add(
          "\(name)-\(seed)", .init(regularizer: name, seed: seed, scores: scores, details: details))
      }
    }
    let column = try runs.comparison { $0.metrics = ["effectiverank"] }.column("effectiveRank of codes")
    #expect(column.best == 1 && column.order == .nearerToNull && column.entries[0].mean == 3)
    #expect(column.entries[0].difference?.mean == 4.5)
  }
}
