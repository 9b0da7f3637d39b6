import Comparison
import MoCAProtocols
import Runner

/// What runs have in common, and where they differ: the facts at the top of a report.
struct SharedFacts {
  let runs: [ComparedRun]

  var facts: [ReportContent.Fact] {
    let facts: [(String, (ComparedRun) -> String?)] = [
      ("dataset", { Self.plugin($0, "dataset", ["path", "count", "size"]) }),
      (
        "images",
        { run in
          guard let record = run.run?.record, let training = record.trainingImages,
            let heldOut = record.heldOutImages, let shape = record.imageShape
          else { return nil }
          return "\(training) of \(shape) to train on, \(heldOut) held out"
        }
      ),
      ("encoder", { Self.plugin($0, "encoder", nil) }), ("decoder", { Self.plugin($0, "decoder", nil) }),
      (
        "latent",
        { run in
          run.run?.configuration["latent"]?["size"]?.json.appending(
            " dimensions, posterior \(Self.plugin(run, "posterior", nil) ?? "-")")
        }
      ),
      ("prior", { Self.plugin($0, "prior", nil) }), ("regularizer", { Self.plugin($0, "regularizer", []) }),
      ("memory", { Self.plugin($0, "memory", nil) }),
      (
        "training",
        { run in
          guard let steps = run.totalSteps, let training = run.run?.configuration["training"] else {
            return nil
          }
          return "\(steps) steps of \(training["batch"]?.json ?? "?") images, "
            + (training["precision"]?.text ?? "float32")
        }
      ),
      ("seeds", { $0[Experiment.seedKey] ?? $0.run?.seed.map(String.init) }),
      ("device", { $0.run?.record?.device }),
      ("machine", { $0.run?.record?.machine }),
      ("version", { $0.run?.record?.program(unknown: "?") }),
    ]
    return facts.compactMap { name, value in
      let values = runs.compactMap(value).uniqued()
      return values.isEmpty ? nil : .init(name, values.joined(separator: name == "seeds" ? ", " : "; "))
    }
  }

  /// `name key=value`, with the settings named in `keys`, or all of them.
  private static func plugin(_ run: ComparedRun, _ section: String, _ keys: [String]?) -> String? {
    guard let tree = run.run?.configuration[section], let name = tree["name"]?.text else { return nil }
    let settings = tree.members.filter { member in
      member.key != "name" && member.value != .null && keys?.contains(member.key) ?? true
    }
    return ([name] + settings.map { "\($0.key)=\($0.value.text ?? $0.value.json)" }).joined(separator: " ")
  }
}
