import Foundation
import Testing

@Suite("moca ablate")
struct AblateTests {
  /// A matrix of small runs: two regularizers, two seeds, scored by their codes.
  private static let matrix = """
    dataset: {count: 1100, size: 28}
    backbone: {name: perceptron, hidden: [16]}
    latent: {size: 4}
    training: {steps: 6, batch: 32}
    optimizer: {learningRate: 0.01}
    record: {metrics: 2, evaluation: 6, samples: 6, checkpoint: 2}
    ablation:
      axes: {regularizer: [moca, mmd], seed: 0..1}
      settings:
        regularizer:
          moca: {memory.capacity: 64, regularizer.temperature: 0.3}
      metrics: [latent]
      samples: 100
    """

  private static func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Data(matrix.utf8), to: "matrix.yaml")
    return workspace
  }

  private static let output = ["--output", "./out", "--threads", "1", "--no-report"]

  /// The names of a folder's cells, in order.
  private func cells(_ workspace: Workspace, _ folder: String = "out") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: workspace["\(folder)/cells"].path).sorted()
  }

  private func outcome(_ cell: String, in workspace: Workspace) throws -> [String: Any] {
    let text = try String(contentsOf: workspace["out/outcomes/\(cell).json"], encoding: .utf8)
    return try json(text) as? [String: Any] ?? [:]
  }

  @Test("every cell is a run with scores, and a second start runs nothing")
  func wholeMatrix() throws {
    let workspace = try Self.workspace()
    let first = try workspace.moca(["ablate", "matrix.yaml", "--jobs", "2"] + Self.output)
    #expect(first.status == 0, "\(first.errors)")
    let names = try cells(workspace)
    #expect(
      names.map { $0.split(separator: "_").dropLast().joined(separator: "_") }
        == ["mmd_seed0", "mmd_seed1", "moca_seed0", "moca_seed1"])
    for name in names {
      #expect(try outcome(name, in: workspace)["state"] as? String == "done")
      #expect(
        !workspace.contents.filter { $0.hasPrefix("out/cells/\(name)/evaluation/step-00000006") }.isEmpty)
      #expect(!workspace.has("out/claims/\(name)"))
    }
    let record = try String(contentsOf: workspace["out/cells/\(names[2])/run.yaml"], encoding: .utf8)
    #expect(record.contains("temperature: 0.3") && record.contains("capacity: 64"))
    let before = try names.map { try Data(contentsOf: workspace["out/cells/\($0)/metrics.jsonl"]) }
    let second = try workspace.moca(["ablate", "matrix.yaml"] + Self.output)
    #expect(
      second.status == 0 && second.errors.contains("4 are finished") && !second.errors.contains("started"))
    for (name, data) in zip(names, before) {
      #expect(try same(data, workspace["out/cells/\(name)/metrics.jsonl"]))
    }
  }

  @Test("Ctrl-C saves, and the folder's name goes on")
  func interruption() throws {
    let workspace = try Self.workspace()
    let arguments = ["ablate", "matrix.yaml", "training.steps=150", "--no-scores"] + Self.output
    let stopped = try workspace.moca(arguments, sending: SIGTERM, onceSaid: "started")
    #expect(stopped.status == 130)
    #expect(stopped.errors.contains("continue with: moca ablate out"))
    #expect(!workspace.contents.contains { $0.hasPrefix("out/outcomes/") })
    #expect(workspace.contents.filter { $0.hasPrefix("out/claims/m") } == [])
    let again = try workspace.moca(["ablate", "out", "--no-report"])
    #expect(again.status == 0 && again.output.contains("ablation"), "\(again.errors)")
    #expect(try cells(workspace).allSatisfy { try outcome($0, in: workspace)["step"] as? Int == 150 })
  }

  @Test("a cell that becomes infinite or takes too long stays in the table, and the others run")
  func failures() throws {
    let workspace = try Self.workspace()
    let result = try workspace.moca(
      ["ablate", "matrix.yaml", "seed=0", "regularizer=mmd", "optimizer.learningRate=0.001,1e30"]
        + Self.output)
    #expect(result.status == 1)
    #expect(result.output.contains("not finite") && result.output.contains("moca train --config"))
    #expect(result.errors.contains("1 of 2 cells have no result"))
    let broken = try #require(try cells(workspace).first { $0.contains("learningRate1e") })
    let ending = try outcome(broken, in: workspace)
    #expect(ending["state"] as? String == "not finite" && ending["term"] != nil && ending["step"] != nil)
    let late = try workspace.moca(
      ["ablate", "matrix.yaml", "seed=0", "training.steps=100000", "--cell-time", "1s", "--output", "./late"]
        + Self.output.dropFirst(2))
    #expect(late.status == 1 && late.output.contains("timed out") && late.output.contains("longer than 1 s"))
  }

  @Test("what cannot be is said before anything starts, all cells at once")
  func refusals() throws {
    let workspace = try Self.workspace()
    let cases: [([String], String)] = [
      (["prior=normal,hypersphere"], "2 of 8 cells cannot be run"),
      (["regularizer=moca", "memory.capacity=16,64", "seed=0..2"], "3 of 6 cells cannot be run"),
      (["regularizer=moca,mmmd"], "did you mean \"mmd\"?"),
      (["training.sed=0,1"], "did you mean"),
      (["seed="], "empty value"), (["seed=0,,1"], "empty value"), (["seed=4..0"], "rising range"),
      (["regularizer.weight=log(0,1,3)"], "above 0"), (["seed=0,0"], "same configuration"),
      (["seed=0", "regularizer=mmd"], "nothing varies"), (["dataset.count=60"], "held-out images"),
      (["--metric", "latnt"], "did you mean \"latent\"?"),
      (["--launcher", "slrm"], "did you mean \"slurm\"?"),
      (["--budget", "soon"], "--budget is a time"), (["--cell", "x"], "no cell \"x\""),
    ]
    for (arguments, message) in cases {
      let result = try workspace.moca(["ablate", "matrix.yaml"] + arguments + Self.output)
      #expect(result.status == 64, "\(arguments): \(result.errors)")
      #expect(result.errors.contains(message), "\(arguments): \(result.errors)")
      #expect(!workspace.contents.contains { $0.hasPrefix("out/cells/") && $0.hasSuffix("run.yaml") })
    }
    let left = try workspace.moca(
      [
        "ablate", "matrix.yaml", "prior=normal,hypersphere", "seed=0,1", "--skip-refused", "--output",
        "./skip",
      ]
        + Self.output.dropFirst(2))
    #expect(left.status == 0, "\(left.errors)")
    #expect(
      left.errors.contains("regularizer=moca training.seed=0 prior=normal was left out"), "\(left.errors)")
    #expect(try cells(workspace, "skip").count == 6)
  }

  @Test(
    "a start by the file sees edited configurations and changed images, and words beside a folder are refused"
  )
  func secondStart() throws {
    let workspace = try Self.workspace()
    let arguments = ["ablate", "matrix.yaml", "--no-scores"] + Self.output
    #expect(try workspace.moca(arguments).status == 0)
    let name = try cells(workspace)[0]
    try FileManager.default.removeItem(at: workspace["out/outcomes/\(name).json"])
    let configuration = workspace["out/configurations/\(name).yaml"]
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try text.replacing("batch: 32", with: "batch: 31").write(
      to: configuration, atomically: true, encoding: .utf8)
    let edited = try workspace.moca(arguments)
    #expect(edited.status == 65 && edited.errors.contains(name), "\(edited.errors)")
    let advice = "\nrestore configurations and images, or make the matrix anew with another --output\n"
    #expect(edited.errors.hasSuffix(advice), "\(edited.errors)")
    for words in [
      ["seed=0..9"], ["--metric", "latent"], ["--extend"], ["--budget", "1h"], ["--threads", "2"],
    ] {
      let refused = try workspace.moca(["ablate", "out"] + words)
      #expect(refused.status == 64, "\(words): \(refused.errors)")
    }
    try workspace.write(Data("mine".utf8), to: "other/notes.txt")
    let other = try workspace.moca(["ablate", "matrix.yaml", "--output", "./other"])
    #expect(other.status == 64 && other.errors.contains("holds notes.txt"), "\(other.errors)")
    #expect(
      other.errors.hasSuffix(" and is no ablation; choose another --output, or an empty folder\n"))
    let threads = try workspace.moca(["ablate", "out", "--threads", "2"])
    #expect(
      threads.errors.hasSuffix(
        "give them what they began with: --device cpu --threads 1, or choose another --output\n"),
      "\(threads.errors)")
  }

  @Test("two processes share the cells, and each is run once")
  func sharing() throws {
    let workspace = try Self.workspace()
    let arguments = ["ablate", "matrix.yaml", "training.steps=60", "--no-scores"] + Self.output
    // What a process leaves that is killed while it makes the folder.
    try workspace.write(Data(), to: "out/ablation.yaml.partial-x")
    let both = try workspace.mocaTwice(arguments)
    #expect(both.map(\.status) == [0, 0], "\(both)")
    let started = both.flatMap { $0.errors.split(separator: "\n").filter { $0.hasSuffix(": started") } }
    #expect(started.count == 4 && Set(started).count == 4, "\(started)")
  }

  @Test("another matrix has no business in the folder, but it may grow")
  func otherMatrix() throws {
    let workspace = try Self.workspace()
    #expect(try workspace.moca(["ablate", "matrix.yaml", "--no-scores"] + Self.output).status == 0)
    let other = try workspace.moca(["ablate", "matrix.yaml", "--no-scores", "latent.size=5"] + Self.output)
    #expect(other.status == 64 && other.errors.contains("belongs to another matrix"))
    let grown = try workspace.moca(["ablate", "matrix.yaml", "--no-scores", "seed=0..2"] + Self.output)
    #expect(grown.status == 64 && grown.errors.contains("belongs to another matrix"))
    let ways =
      "\nchoose another --output, add to it with --extend where it only grows, or continue it as it is with: "
    #expect(grown.errors.contains(ways + "moca ablate "), "\(grown.errors)")
    let extended = try workspace.moca(
      ["ablate", "matrix.yaml", "--no-scores", "seed=0..2", "--extend"] + Self.output)
    #expect(extended.status == 0 && extended.errors.contains("6 cells, 4 are finished"), "\(extended.errors)")
  }

  @Test("a finished cell that was edited is named, and others are untouched")
  func edited() throws {
    let workspace = try Self.workspace()
    #expect(try workspace.moca(["ablate", "matrix.yaml", "--no-scores"] + Self.output).status == 0)
    let name = try cells(workspace)[0]
    let file = workspace["out/cells/\(name)/metrics.jsonl"]
    try (String(contentsOf: file, encoding: .utf8) + " ").write(to: file, atomically: true, encoding: .utf8)
    let result = try workspace.moca(["ablate", "out", "--threads", "1"])
    #expect(
      result.status == 65 && result.errors.contains("\(name): metrics.jsonl was changed"), "\(result.errors)")
    #expect(result.errors.hasSuffix("\nrestore them, or run these cells anew with --redo NAME\n"))
    let kept = try workspace.moca(["runs", "prune", "out", "--runs"])
    #expect(
      kept.errors.contains(
        ": a finished cell: its files are part of the ablation's result; --force removes them all the same\n"),
      "\(kept.errors)")
    let redone = try workspace.moca(["ablate", "out", "--threads", "1", "--no-report", "--redo", name])
    #expect(redone.status == 0 && redone.errors.contains("3 are finished"), "\(redone.errors)")
    let configuration = workspace["out/configurations/\(name).yaml"]
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try text.replacing("batch: 32", with: "batch: 31").write(
      to: configuration, atomically: true, encoding: .utf8)
    let changed = try workspace.moca(["ablate", "out", "--threads", "1"])
    #expect(changed.status == 65 && changed.errors.contains("its configuration or its images were changed"))
  }

  @Test("a claim of a machine that died is taken over, a fresh one is respected")
  func claims() throws {
    let workspace = try Self.workspace()
    #expect(try workspace.moca(["ablate", "matrix.yaml", "--no-scores"] + Self.output).status == 0)
    let name = try cells(workspace)[0]
    let claim = workspace["out/claims/\(name)"]
    let owner = #"{"host":"elsewhere","boot":"another","process":1,"started":0,"token":"x"}"#
    try workspace.write(Data(owner.utf8), to: "out/claims/\(name)")
    let held = try workspace.moca(["ablate", "out", "--threads", "1", "--redo", name])
    #expect(held.status == 1 && held.errors.contains("process 1 on elsewhere"), "\(held.errors)")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: claim.path)
    let redone = try workspace.moca(["ablate", "out", "--threads", "1", "--no-report", "--redo", name])
    #expect(redone.status == 0 && redone.errors.contains("\(name): started"), "\(redone.errors)")
    // A machine that died between the outcome and the end of its claim.
    try workspace.write(Data(owner.utf8), to: "out/claims/\(name)")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: claim.path)
    let finished = try workspace.moca(["ablate", "out", "--threads", "1", "--no-report"])
    #expect(finished.status == 0 && finished.errors.contains("4 are finished"), "\(finished.errors)")
    #expect(!workspace.has("out/claims/\(name)"))
  }

  @Test("a cell that another machine has taken is dropped, and the work goes on with the next")
  func lostClaim() throws {
    let workspace = try Self.workspace()
    let owner = #"{"host":"elsewhere","boot":"another","process":1,"started":0,"token":"x"}"#
    try workspace.write(Data(owner.utf8), to: "theirs")
    let (claims, theirs) = (workspace["out/claims"].path, workspace["theirs"].path)
    Thread.detachNewThread {
      for _ in 0..<1200 {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: claims)) ?? []
        if let name = names.first(where: { $0.hasPrefix("moca_") && !$0.contains(".") }) {
          rename(theirs, "\(claims)/\(name)")
          return
        }
        usleep(50_000)
      }
    }
    let result = try workspace.moca(
      ["ablate", "matrix.yaml", "seed=0", "training.steps=10000000", "--no-scores"] + Self.output,
      sending: SIGTERM, onceSaid: "mmd_")
    #expect(result.status == 130, "\(result.errors)")
    let name = try #require(try cells(workspace).first { $0.hasPrefix("moca_") })
    #expect(result.errors.contains("\(name): started") && !result.errors.contains("\(name): killed"))
    #expect(try String(contentsOf: workspace["out/claims/\(name)"], encoding: .utf8) == owner)
    #expect(!workspace.has("out/outcomes/\(name).json"))
  }

  @Test("a full disk stops the start of new cells and leaves finished ones alone")
  func fullDisk() throws {
    let workspace = try Self.workspace()
    #expect(
      try workspace.moca(["ablate", "matrix.yaml", "--no-scores", "seed=0..1"] + Self.output).status == 0)
    let names = try cells(workspace)
    let result = try workspace.moca(
      ["ablate", "matrix.yaml", "--no-scores", "seed=0..2", "--extend"] + Self.output, fileBlocks: 16)
    #expect(result.status == 74, "\(result.status) \(result.errors)")
    let again = try workspace.moca(
      ["ablate", "matrix.yaml", "--no-scores", "seed=0..2", "--extend"] + Self.output)
    #expect(
      again.status == 0 && names.allSatisfy { !again.errors.contains("\($0): started") }, "\(again.errors)")
  }

  @Test("the plan measures every kind of cell, and a budget becomes steps")
  func planAndBudget() throws {
    let workspace = try Self.workspace()
    let plan = try workspace.moca(
      ["ablate", "matrix.yaml", "--plan", "--json", "--jobs", "3"] + Self.output)
    #expect(plan.status == 0, "\(plan.errors)")
    let tree = try #require(try json(plan.output) as? [String: Any])
    let groups = try #require(tree["groups"] as? [[String: Any]])
    #expect(groups.map { ($0["at"] as? [String: String])?["regularizer"] } == ["moca", "mmd"])
    #expect(
      groups.allSatisfy {
        ($0["stepSeconds"] as? Double ?? 0) > 0 && ($0["peakMemory"] as? Int ?? 0) > 1_000_000
      })
    // Two cells of moca and one of mmd at first; the second of mmd follows the first that ends.
    let costs = groups.compactMap { $0["seconds"] as? Double }
    let whole = try #require(tree["seconds"] as? Double)
    #expect(
      costs.count == 2 && abs(whole - max(costs[0], costs.min()! + costs[1])) < 1e-9, "\(costs) \(whole)")
    #expect(!workspace.has("out"))
    let small = try workspace.moca(["ablate", "matrix.yaml", "--budget", "1s"] + Self.output)
    #expect(small.status == 64 && small.errors.contains("too small"), "\(small.errors)")
    for share in ["steps", "seconds"] {
      let shared = try workspace.moca(
        ["ablate", "matrix.yaml", "--plan", "--json", "--budget", "10m", "--budget-by", share] + Self.output)
      let tree = try #require(try json(shared.output) as? [String: Any])
      let groups = try #require(tree["groups"] as? [[String: Any]])
      let steps = groups.compactMap { $0["steps"] as? Int }
      #expect(
        steps.count == 2 && steps.allSatisfy { $0 > 100 } && (steps[0] == steps[1] || share == "seconds"))
      let seconds = try #require(tree["seconds"] as? Double)
      #expect(seconds > 300 && seconds <= 600)
    }
    let arguments = ["ablate", "matrix.yaml", "--no-scores", "--budget", "40s"] + Self.output
    // Both measure, and the second to end takes the steps of the first.
    let within = try workspace.mocaTwice(arguments)
    #expect(within.map(\.status) == [0, 0], "\(within)")
    let steps = try cells(workspace).map { try #require(try outcome($0, in: workspace)["step"] as? Int) }
    #expect(Set(steps).count == 1 && steps[0] != 6, "\(steps)")
    let again = try workspace.moca(arguments)
    #expect(again.status == 0 && again.errors.contains("4 are finished"), "\(again.errors)")
  }

  @Test("Slurm gets a job array over the same folder")
  func slurm() throws {
    let workspace = try Self.workspace()
    // A stand-in that runs the tasks one after the other, as a cluster of one machine would.
    let sbatch = """
      #!/bin/bash
      script=${@: -1}
      count=$(sed -n 's/^#SBATCH --array=1-\\([0-9]*\\)%.*/\\1/p' "$script")
      for task in $(seq "$count"); do SLURM_ARRAY_TASK_ID=$task bash "$script" > "$script.$task.log" 2>&1; done
      echo 4711
      """
    try workspace.write(Data(sbatch.utf8), to: "programs/sbatch")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: workspace["programs/sbatch"].path)
    let arguments =
      ["ablate", "matrix.yaml", "--no-scores", "--launcher", "slurm", "slurm.partition=gpu"] + Self.output
    let result = try workspace.moca(arguments, programs: "programs")
    #expect(result.status == 0 && result.output.contains("submitted job 4711 with 4 tasks"), "\(result)")
    let watch = result.output.split(separator: "\n").last ?? ""
    #expect(watch.hasPrefix("watch it with: moca watch /") && watch.hasSuffix("/out"), "\(result)")
    #expect(try cells(workspace).allSatisfy { try outcome($0, in: workspace)["state"] as? String == "done" })
    let script = try #require(workspace.contents.first { $0.hasSuffix(".sbatch") })
    let text = try String(contentsOf: workspace[script], encoding: .utf8)
    #expect(text.contains("#SBATCH --partition=gpu\n") && text.contains("#SBATCH --array=1-4%1\n"))
    let missing = try workspace.moca(
      ["ablate", "matrix.yaml", "--no-scores", "--launcher", "slurm", "--output", "./other"]
        + Self.output.dropFirst(2))
    #expect(missing.status == 1 && missing.errors.contains("sbatch was not found"), "\(missing.errors)")
    let typo = try workspace.moca(arguments + ["slurm.partiton=x"])
    #expect(typo.status == 64 && typo.errors.contains("partition"), "\(typo.errors)")
  }
}
