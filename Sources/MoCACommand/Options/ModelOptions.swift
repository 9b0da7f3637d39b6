import ArgumentParser
import Foundation
import MoCAProtocols
import Runner

struct ModelOptions: ParsableArguments {
  @Argument(help: "A run: its name under runs/, or the path of its folder.", completion: Completion.runs)
  var run: String

  @Option(
    help: ArgumentHelp("Which checkpoint: latest, best, or a step.", valueName: "latest|best|step"),
    completion: .list(["latest", "best"]))
  var checkpoint = CheckpointChoice(selection: .latest)

  /// Opens the run and reads its networks.
  func load(on device: Device) throws -> (run: StoredRun, model: TrainedModel) {
    let stored = try StoredRun(RunLocation.existing(run))
    let model = try TrainedModel(
      stored, catalogs: CommandContext.catalogs, selection: checkpoint.selection, device: device)
    return (stored, model)
  }
}

/// `latest`, `best` or a step.
struct CheckpointChoice: ExpressibleByArgument {
  let selection: TrainedModel.Selection

  init(selection: TrainedModel.Selection) { self.selection = selection }

  init?(argument: String) {
    switch argument {
    case "latest": selection = .latest
    case "best": selection = .best
    default:
      guard let step = Int(argument), step >= 0 else { return nil }
      selection = .step(step)
    }
  }

  var defaultValueDescription: String {
    switch selection {
    case .latest: "latest"
    case .best: "best"
    case .step(let step): String(step)
    }
  }
}
