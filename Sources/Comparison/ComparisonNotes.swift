import Files
import PluginKit
import Runner

/// What a reader of a comparison should know beside its numbers.
struct ComparisonNotes {
  private let grouping: ComparisonGrouping
  private let builder: ColumnBuilder

  init(_ grouping: ComparisonGrouping, _ builder: ColumnBuilder) {
    self.grouping = grouping
    self.builder = builder
  }

  /// In the order in which they matter.
  var all: [String] {
    builder.notes + states + averaged + repeated + data + builds + machines + checkpoints
  }

  private var runs: [ComparedRun] { grouping.runs }

  /// Runs whose scores do not take part.
  private var states: [String] {
    let members = grouping.groups.flatMap(\.members)
    let waiting = members.filter { $0.state == ComparisonGroup.Member.notStarted }
    let others = members.filter { (!$0.isCounted || $0.state != "done") && $0.state != waiting.first?.state }
    let command = grouping.collection.ablation?.command
    let rest =
      waiting.isEmpty
      ? []
      : [
        "\(waiting.count) runs have not started" + (command.map { "; go on with: \($0)" } ?? "")
      ]
    return rest
      + others.map { member in
        "\(member.run): \(member.state)\(member.reason.map { ", \($0)" } ?? "")"
          + (member.isCounted
            ? "; its scores take part" : member.state == "damaged" ? "" : "; to have it: \(member.command)")
      }
  }

  private var averaged: [String] {
    let hidden = grouping.collection.axes.filter {
      $0 != Experiment.seedKey && !grouping.keys.contains($0)
    }
    return hidden.isEmpty ? [] : ["averaged over \(hidden.joined(separator: ", ")) within each seed"]
  }

  /// Runs of one group and one seed: the group's values do not tell them apart.
  private var repeated: [String] {
    if !averaged.isEmpty { return [] }
    return grouping.members.flatMap { members -> [String] in
      let members = members.map { runs[$0] }
      return members.map(\.seed).uniqued().compactMap { seed -> String? in
        let alike = members.filter { $0.seed == seed }
        if alike.count < 2 { return nil }
        let first = alike[0].run?.configuration ?? .empty
        let keys = alike.dropFirst().flatMap { run in
          Experiment.differences(from: first, to: run.run?.configuration ?? .empty).map(\.key)
        }
        let difference =
          keys.isEmpty ? "have one configuration" : "differ in \(keys.uniqued().joined(separator: ", "))"
        return
          "\(alike.map(\.name).joined(separator: ", ")) share a group and a seed and \(difference); they are "
          + "averaged and count once"
      }
    }
  }

  private var data: [String] {
    differing(
      "data",
      runs.map { run in
        run.run?.record?.dataDigest.map { digest in
          "\(run.run?.configuration["dataset"]?["name"]?.text ?? "images") \(digest.prefix(15))…"
        }
      })
  }

  private var builds: [String] {
    differing(
      "builds",
      runs.map { run in
        run.run?.record.map { record in
          let (version, libtorch) = (record.version ?? "unknown", record.libtorch ?? "unknown")
          return "MoCA \(version) with libtorch \(libtorch) on \(record.device ?? "unknown")"
        }
      })
  }

  private var machines: [String] {
    differing(
      "machines, so that times cannot be compared",
      runs.map { run in
        run.run?.record.map { record in
          "\(record.machine ?? "unknown"), \(record.threads.map(String.init) ?? "?") threads"
        }
      })
  }

  /// Scores of an earlier step than the last one.
  private var checkpoints: [String] {
    runs.compactMap { run in
      guard let step = run.evaluations.compactMap(\.step).max(), let total = run.totalSteps, step < total
      else {
        return nil
      }
      return "\(run.name) was scored at step \(step) of \(total)"
    }
  }

  /// One note where values differ, with the number of runs of each.
  private func differing(_ what: String, _ values: [String?]) -> [String] {
    let known = values.compactMap { $0 }
    let kinds = known.uniqued()
    if kinds.count < 2 { return [] }
    let counts = kinds.map { kind in "\(kind) (\(known.count { $0 == kind }) runs)" }
    return ["different \(what): \(counts.joined(separator: "; "))"]
  }
}
