import Comparison
import Foundation
import Testing

@Suite("Pairing of compared runs")
struct ComparisonPairingTests {
  private typealias Run = ComparisonRuns.Run

  private func comparison(_ runs: [Run]) throws -> Comparison {
    let folder = try ComparisonRuns()
    for (index, run) in runs.enumerated() { try folder.add("run\(index)", run) }
    return try folder.comparison { $0.takesAll = true }
  }

  /// Two seeds each of mmd and of what `change` makes of it.
  private func pairs(_ change: (inout Run) -> Void) throws -> Comparison {
    try comparison(
      (0..<2).flatMap { seed -> [Run] in
        let scores = ["prior": ["FD-cifar": 1.0 + Double(seed)]]
        var other = Run(regularizer: "sliced-wasserstein", seed: seed, scores: scores)
        change(&other)
        return [Run(seed: seed, scores: scores), Run(regularizer: "none", seed: seed, scores: scores), other]
      })
  }

  @Test("equal digests and an equal first reconstruction are proof")
  func proved() throws {
    let comparison = try pairs { _ in }
    #expect(comparison.pairing.isProved && comparison.pairing.seeds.map(\.runs.count) == [3, 3])
    #expect(comparison.columns.flatMap(\.entries).contains { $0.difference != nil })
  }

  @Test("a setting that acts on what differs explains it, and intervals stay")
  func explained() throws {
    let wider = try pairs {
      $0.width = 8
      $0.weightDigest = "other"
      $0.first = 400
    }
    #expect(!wider.pairing.isProved && wider.pairing.unexplained.isEmpty)
    let deviations = wider.pairing.seeds[0].deviations
    #expect(deviations.map(\.subject) == [.weights, .reconstruction])
    #expect(deviations.allSatisfy { $0.run == "run2" && $0.explanation == ["encoder.width"] })
    #expect(try wider.column("FD-cifar of prior").verdict.kind == .notTestable)
    // Another unit is another number of the same error.
    let mean = try pairs {
      $0.unit = "mean"
      $0.first = 0.2
    }
    #expect(mean.pairing.seeds[0].deviations.map(\.explanation) == [["reconstruction.unit"]])
    // Damage to the encoder's input is the method itself.
    let denoising = try pairs {
      $0.regularizer = "denoising"
      $0.first = 400
    }
    #expect(denoising.pairing.unexplained.isEmpty)
    #expect(denoising.pairing.seeds[0].deviations[0].explanation == ["regularizer.name"])
  }

  @Test("runs that a setting tells from most must agree with each other")
  func explainedTogether() throws {
    let scores = ["prior": ["FD-cifar": 1.0]]
    var runs = ["mmd", "none", "uniformity"].map { Run(regularizer: $0, scores: scores) }
    for name in ["mmd", "none"] {
      runs.append(Run(regularizer: name, width: 8, weightDigest: "wide", first: 400, scores: scores))
    }
    #expect(try comparison(runs).pairing.unexplained.isEmpty)
    runs.append(Run(regularizer: "uniformity", width: 8, weightDigest: "odd", first: 400, scores: scores))
    let unexplained = try comparison(runs).pairing.unexplained
    #expect(unexplained.map(\.run) == ["run5"] && unexplained.map(\.subject) == [.weights])
  }

  @Test(
    "a group that differs by what no setting explains is left out, and the others are compared",
    arguments: [Pairing.Subject.weights, .order, .reconstruction])
  func unexplained(_ subject: Pairing.Subject) throws {
    let comparison = try pairs {
      switch subject {
      case .weights: $0.weightDigest = "other"
      case .order: $0.orderDigest = "other"
      default: $0.first = 500.0000001
      }
    }
    #expect(comparison.pairing.unexplained.map(\.subject) == [subject, subject])
    let column = try comparison.column("FD-cifar of prior")
    #expect(column.verdict == .init(kind: .notTestable, groups: [], unpaired: [2]))
    #expect(column.entries[2].difference == nil)
    #expect(comparison.verdict(of: column).contains("left out as NOT PAIRED: sliced-wasserstein"))
    #expect(column.entries[0].difference != nil || column.entries[1].difference != nil)
  }

  @Test("different builds and different data are noted")
  func notes() throws {
    let scores = ["prior": ["FD-cifar": 1.0]]
    let comparison = try comparison([
      Run(scores: scores), Run(regularizer: "none", dataDigest: "e", libtorch: "2.12.0", scores: scores),
    ])
    #expect(comparison.notes.contains { $0.contains("different builds") && $0.contains("libtorch 2.12.0") })
    #expect(comparison.notes.contains { $0.contains("different data") })
  }
}
