import Ablation
import Comparison
import Evaluation
import Foundation
import Metrics
import Runner
import Testing

@Suite("Comparison")
struct ComparisonTests {
  /// Two regularizers × the weights 1 and 10 × two seeds; a cell's FD-cifar is its weight plus its seed.
  private func grid(
    state: (_ name: String, _ weight: Double, _ seed: Int) -> String = { _, _, _ in "done" }
  ) throws -> RunCollection {
    var cells: [(String, [String], String?, ComparisonRuns.Run)] = []
    for name in ["mmd", "none"] {
      for weight in [1.0, 10] {
        for seed in 0..<2 {
          let run = ComparisonRuns.Run(
            regularizer: name, seed: seed, weight: weight,
            scores: ["prior": ["FD-cifar": weight + Double(seed)]])
          cells.append(
            ("\(name)-\(weight)-\(seed)", [name, "\(weight)", "\(seed)"], state(name, weight, seed), run))
        }
      }
    }
    return try ComparisonRuns().ablation(
      axes: ["regularizer", "regularizer.weight", Experiment.seedKey], cells)
  }

  @Test("runs that differ in their seed are one group; other axes are averaged within each seed on request")
  func groups() throws {
    let collection = try grid()
    #expect(try Comparison(collection, regularizers: .standard).groups.map(\.members.count) == [2, 2, 2, 2])
    var options = Comparison.Options()
    options.keys = ["regularizer"]
    let merged = try Comparison(collection, options: options, regularizers: .standard)
    #expect(merged.groups.map(\.label) == ["mmd", "none"] && merged.groups.map(\.members.count) == [4, 4])
    let entry = try merged.column("FD-cifar of prior").entries[0]
    #expect(entry.mean == 6 && entry.seedCount == 2 && abs((entry.spread ?? 0) - 0.5.squareRoot()) < 1e-12)
    #expect(merged.notes == ["averaged over regularizer.weight within each seed"])
    options.keys = ["weight"]
    #expect(
      try Comparison(collection, options: options, regularizers: .standard).keys == ["regularizer.weight"])
    for word in ["seed", "training.seed"] {
      options.keys = [word]
      let error = #expect(throws: ComparisonError.seedKey(word)) {
        try Comparison(collection, options: options, regularizers: .standard)
      }
      #expect(error?.fault == .usage)
    }
    options.keys = ["regularise"]
    let error = #expect(throws: ComparisonError.self) {
      try Comparison(collection, options: options, regularizers: .standard)
    }
    #expect(error?.description.contains("did you mean \"regularizer\"?") == true && error?.fault == .usage)
  }

  @Test("differences are taken to the group that is named, and the verdict stays with the best")
  func reference() throws {
    let runs = try ComparisonRuns([("mmd", [10, 12, 11]), ("moca", [5, 7, 6.1]), ("none", [20, 22, 21])])
    let column = try runs.comparison { $0.reference = "none" }.column("FD-cifar of prior")
    #expect(column.reference == 2 && column.entries[2].difference == nil)
    #expect(column.verdict.kind == .winner && column.verdict.groups == [1])
    #expect((column.entries[1].difference?.mean ?? 0) < 0)
    #expect(throws: ComparisonError.self) { try runs.comparison { $0.reference = "nonne" } }
  }

  @Test("of many groups those are named that are told from the best, where these are fewer")
  func manyGroups() throws {
    var groups: [(String, [Double])] = [("moca", [9.99, 12.01, 10.9, 10.6, 11.3])]
    for index in 0..<8 {
      let shift = 0.1 * Double(index % 3)
      groups.append(("mmd\(index)", [10 + shift, 12, 11 - shift, 10.5, 11.5]))
    }
    groups.append(("far", [910.0, 912.1, 911, 910.5, 911.6]))
    let comparison = try ComparisonRuns(groups).comparison()
    let verdict = comparison.verdict(of: try comparison.column("FD-cifar of prior"))
    #expect(verdict.hasSuffix(" and all others but far"), "\(verdict)")
  }

  @Test("scores are chosen by name, and an unknown one is refused with the nearest")
  func metrics() throws {
    let runs = try ComparisonRuns()
    for name in ["mmd", "none"] {
      let scores = [
        "prior": ["FD-cifar": 1.0, "sharpness": 2], "held-out": ["FD-cifar": 0.1], "gmm": ["FD-cifar": 3],
        "reconstructions": ["squared error": 4, "rFD-cifar": 5],
        "codes against the prior": ["slicedWasserstein": 6, "mmd": 7],
      ]
      try runs.add(name, .init(regularizer: name, scores: scores))
    }
    let names = { (comparison: Comparison) in comparison.columns.map(\.name) }
    #expect(
      names(try runs.comparison()) == [
        "squared error of reconstructions", "rFD-cifar of reconstructions", "FD-cifar of prior",
        "slicedWasserstein of codes",
      ])
    #expect(
      names(try runs.comparison { $0.metrics = ["fd-cifar", "MMD of codes"] })
        == ["FD-cifar of gmm", "FD-cifar of prior", "mmd of codes"])
    #expect(try runs.comparison().column("FD-cifar of prior").noiseFloor == 0.1)
    #expect(try runs.comparison { $0.takesAll = true }.columns.count == 9)
    let error = #expect(throws: ComparisonError.self) {
      try runs.comparison { $0.metrics = ["FD-cifr of prior"] }
    }
    #expect(error?.description.contains("did you mean \"FD-cifar of prior\"?") == true)
  }

  @Test("without an evaluation the held-out scores of the training's log stand in, and say so")
  func log() throws {
    let runs = try ComparisonRuns()
    for seed in 0..<2 { try runs.add("a\(seed)", .init(seed: seed)) }
    let column = try runs.comparison().column("heldOutReconstruction")
    #expect(column.origin == .trainingLog && column.entries.map(\.mean) == [70.5])
    #expect(column.card.version == "MoCA 0.1.0, libtorch 2.13.0" && column.verdict.kind == .alone)
  }

  @Test("within a seed cards must agree in all; across seeds only the digests of the split may differ")
  func cards() throws {
    func runs(_ change: @escaping (String, Int, inout MetricCard) -> Void) throws -> ComparisonRuns {
      let runs = try ComparisonRuns()
      for name in ["mmd", "none"] {
        for seed in 0..<2 {
          let scores = ["prior": ["FD-cifar": 1.0], "reconstructions": ["rFD-cifar": 2]]
          try runs.add(
            "\(name)-\(seed)",
            .init(regularizer: name, seed: seed, scores: scores, change: { change(name, seed, &$0) }))
        }
      }
      return runs
    }
    let split = try runs { _, seed, card in
      card.subjectDigest = "sha256:a\(seed)"
      card.referenceDigest = "sha256:b\(seed)"
      card.parameters = "held-out images sha256:c\(seed)"
    }
    let names = try split.comparison().columns.map(\.name)
    #expect(names == ["heldOutReconstruction", "rFD-cifar of reconstructions", "FD-cifar of prior"])
    let other = try runs { name, seed, card in
      if name == "none", seed == 1, card.score == "FD-cifar" { card.referenceDigest = "sha256:ff" }
    }
    let comparison = try other.comparison()
    #expect(!comparison.columns.contains { $0.name == "FD-cifar of prior" })
    #expect(
      comparison.notes.contains { $0.contains("referenceDigest: sha256:bb and sha256:ff") },
      "\(comparison.notes)")
    #expect(throws: EvaluationError.self) { try other.comparison { $0.metrics = ["FD-cifar"] } }
    let counted = try runs { _, seed, card in card.count = 100 + seed }
    #expect(throws: EvaluationError.self) { try counted.comparison { $0.metrics = ["FD-cifar"] } }
  }

  @Test("of several evaluations the newest that fit together are taken")
  func newest() throws {
    let runs = try ComparisonRuns()
    let few: (inout MetricCard) -> Void = { $0.count = 50 }
    for name in ["mmd", "none"] {
      let run = ComparisonRuns.Run(regularizer: name, scores: ["prior": ["FD-cifar": 1]])
      let url = try runs.add(name, run)
      var newer = run
      newer.scores = ["prior": ["FD-cifar": 2]]
      if name == "mmd" { newer.change = few }
      try runs.evaluate(url, newer, file: "newer.json", age: -60)
    }
    // The newest of mmd has 50 images, the newest of none 100: the older one of mmd fits.
    #expect(try runs.comparison().column("FD-cifar of prior").entries.map(\.mean) == [1, 2])
  }

  @Test("costs are the median of later steps, the mean share, and what the record states")
  func costs() throws {
    let cost = try ComparisonRuns([("mmd", [1]), ("none", [2])]).comparison().groups[0].cost
    #expect(cost.stepSeconds == 0.2 && abs((cost.regularizerShare ?? 0) - 0.3) < 1e-12)
    #expect(abs((cost.trainingSeconds ?? 0) - (9 + 3 * 0.1 + 4 * 0.3 + 2 * 0.2)) < 1e-9)
    #expect(cost.parameters == 1234 && cost.peakMemory == nil)
  }

  @Test("cells that failed or have not run stay, with their state and the command, and do not count")
  func ablation() throws {
    let runs = try ComparisonRuns()
    let cells: [(name: String, state: String?)] = [("mmd", "done"), ("moca", "out of memory"), ("none", nil)]
    let collection = try runs.ablation(
      axes: ["regularizer"],
      cells.map { name, state in
        (name, [name], state, .init(regularizer: name, scores: ["prior": ["FD-cifar": 3]]))
      })
    let comparison = try Comparison(collection, regularizers: .standard)
    #expect(comparison.groups.map(\.stateSummary) == ["1", "1 out of memory", "1 not started"])
    #expect(
      comparison.groups[0].cost.peakMemory == 800
        && abs((comparison.groups[0].cost.trainingSeconds ?? 0) - 10.9) < 1e-9)
    #expect(try comparison.column("FD-cifar of prior").entries.map(\.mean) == [3, nil, nil])
    #expect(
      comparison.notes.contains { $0.hasPrefix("moca: out of memory") && $0.contains("moca train --config") })
  }

  @Test("a cell that failed for one group is left out of the averages of all")
  func balance() throws {
    var options = Comparison.Options()
    options.keys = ["regularizer"]
    let collection = try grid { name, weight, seed in
      name == "mmd" && weight == 10 && seed == 1 ? "failed" : "done"
    }
    let comparison = try Comparison(collection, options: options, regularizers: .standard)
    // Seed 0: (1 + 10)/2; seed 1: 2 alone, in both groups.
    #expect(try comparison.column("FD-cifar of prior").entries.map(\.mean) == [3.75, 3.75])
    #expect(comparison.notes.contains { $0.contains("seed 1 is averaged without regularizer.weight=10") })
  }

  @Test("a cell whose files were changed or cannot be read does not count and does not hide the others")
  func damagedCells() throws {
    let runs = try ComparisonRuns()
    let collection = try runs.ablation(
      axes: ["regularizer"],
      ["mmd", "moca", "none"].map { name in
        (name, [name], "done", .init(regularizer: name, scores: ["prior": ["FD-cifar": 3]]))
      })
    #expect(collection.runs.allSatisfy { $0.isCounted && $0.state == "done" })
    try "{".write(
      to: runs.url.appendingPathComponent("cells/mmd/evaluation/step-00000010.json"), atomically: true,
      encoding: .utf8)
    let file = runs.url.appendingPathComponent("outcomes/moca.json")
    let outcome = try String(contentsOf: file, encoding: .utf8)
    try outcome.replacing("{}", with: #"{"metrics.jsonl":"sha256:00"}"#).write(
      to: file, atomically: true, encoding: .utf8)
    let comparison = try Comparison(
      RunCollection(AblationFolder(opening: runs.url)), regularizers: .standard)
    #expect(comparison.groups.map(\.stateSummary) == ["1 damaged", "1 damaged", "1"])
    #expect(try comparison.column("FD-cifar of prior").entries.map(\.mean) == [nil, nil, 3])
    #expect(
      comparison.notes.contains { $0.contains("cannot be read as scores") && $0.contains("--redo mmd") })
    #expect(comparison.notes.contains { $0.contains("metrics.jsonl was changed") })
  }

  @Test("runs before their end do not count, and runs without a score are an error")
  func unfinished() throws {
    let runs = try ComparisonRuns()
    try runs.add("a", .init(totalSteps: 20, scores: ["prior": ["FD-cifar": 3]]))
    let error = #expect(throws: ComparisonError.noScores) { try runs.comparison() }
    #expect(error?.fault == .data)
    try runs.add("b", .init(regularizer: "none", scores: ["prior": ["FD-cifar": 3]]))
    let comparison = try runs.comparison()
    #expect(comparison.groups.map(\.stateSummary) == ["1 step 10 of 20", "1"])
    #expect(try comparison.column("FD-cifar of prior").entries.map(\.mean) == [nil, 3])
  }
}
