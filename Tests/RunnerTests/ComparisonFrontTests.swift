import Comparison
import Foundation
import Runner
import Testing

@Suite("Pareto fronts")
struct ComparisonFrontTests {
  /// Points on a grid, so that some tie.
  private func points(_ count: Int, _ axes: Int, seed: UInt64) -> [[Double]] {
    var state = seed
    return (0..<count).map { _ in
      (0..<axes).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 33 & 7)
      }
    }
  }

  @Test("the front is what no other point beats", arguments: 1...3)
  func front(axes: Int) {
    for seed in 1...20 {
      let points = points(12, axes, seed: UInt64(seed))
      let dominated = ParetoFront.dominated(points)
      for (index, point) in points.enumerated() {
        let isBeaten = points.contains { other in
          other != point && !zip(other, point).contains { $0 > $1 }
        }
        #expect(dominated[index] == isBeaten)
      }
    }
  }

  @Test(
    "the hypervolume is the number of unit boxes below the reference that a point dominates", arguments: 1...3
  )
  func hypervolume(axes: Int) {
    for seed in 1...20 {
      let points = points(6, axes, seed: UInt64(seed))
      let reference = Array(repeating: 7.0, count: axes)
      let boxes = (0..<axes).reduce([[]]) { corners, _ in
        corners.flatMap { corner in (0..<7).map { corner + [Double($0)] } }
      }
      let covered = boxes.count { box in points.contains { zip($0, box).allSatisfy { $0 <= $1 } } }
      #expect(ParetoFront.hypervolume(points, reference: reference) == Double(covered), "\(points)")
    }
    #expect(ParetoFront.hypervolume([], reference: [1, 1]) == 0)
  }

  @Test("a sweep has a front for all groups and one for each regularizer, under one reference point")
  func sweep() throws {
    let cells: [(String, Double, Double, Double)] = [
      ("mmd", 1, 10, 4), ("mmd", 10, 20, 2), ("none", 1, 11, 5), ("none", 10, 30, 1),
    ]
    let collection = try ComparisonRuns().ablation(
      axes: ["regularizer", "regularizer.weight"],
      cells.map { name, weight, error, match in
        let scores = [
          "reconstructions": ["squared error": error],
          "codes against the prior": ["slicedWasserstein": match],
        ]
        let run = ComparisonRuns.Run(regularizer: name, weight: weight, scores: scores)
        return ("\(name)-\(weight)", [name, "\(weight)"], "done", run)
      })
    let fronts = try Comparison(collection, regularizers: .standard).fronts
    #expect(fronts.map(\.family) == ["overall", "mmd", "none"])
    #expect(fronts[0].points.map(\.isDominated) == [false, false, true, false])
    #expect(fronts[2].points.map(\.isDominated) == [false, false])
    #expect(fronts[2].points[0].ranges == [11...11, 5...5])
    #expect(fronts.allSatisfy { $0.referencePoint == [32, 5.4] && $0.idealPoint == [10, 1] })
    // (32 − 10)(5.4 − 4) + (32 − 20)(4 − 2) + (32 − 30)(2 − 1) of (32 − 10)(5.4 − 1).
    #expect(abs(fronts[0].hypervolume - 56.8 / 96.8) < 1e-12)
  }

  @Test(
    "means of a front are over the seeds that all groups have, and a word among the numbers has its place")
  func commonSeeds() throws {
    // The second seed is twice as hard, and the cell of the last weight failed in it.
    let collection = try ComparisonRuns().ablation(
      axes: ["regularizer.weight", Experiment.seedKey],
      [("1", 10.0), ("10", 12), ("auto", 14)].flatMap { weight, error in
        (0..<2).map { seed in
          let scale = Double(seed + 1)
          let scores = [
            "reconstructions": ["squared error": scale * error],
            "codes against the prior": ["slicedWasserstein": scale * (20 - error)],
          ]
          let run = ComparisonRuns.Run(seed: seed, weight: Double(weight) ?? 3, scores: scores)
          return (
            "\(weight)-\(seed)", [weight, "\(seed)"], weight == "auto" && seed == 1 ? "failed" : "done", run
          )
        }
      })
    let comparison = try Comparison(collection, regularizers: .standard)
    let front = try #require(comparison.fronts.first)
    #expect(
      front.points.map(\.values) == [[10, 10], [12, 8], [14, 6]]
        && front.points.allSatisfy { !$0.isDominated })
    #expect(comparison.notes.contains("fronts are over the seeds that all groups have: 0"))
  }

  @Test("without a number that is swept there is no front")
  func noSweep() throws {
    #expect(try ComparisonRuns([("mmd", [1, 2]), ("none", [2, 3])]).comparison().fronts.isEmpty)
  }
}
