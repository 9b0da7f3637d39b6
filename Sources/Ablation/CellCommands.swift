import Files
import Foundation

/// The words that train and score a cell, for its processes, for a measurement, and for people.
struct CellCommands {
  let scoring: AblationDefinition.Scoring
  let threads: Int
  let device: String

  /// The threads and the device of both commands.
  var compute: [String] { ["--threads", String(threads), "--device", device] }

  /// `moca train` in a process of a cell.
  func train(_ configuration: URL, run: URL) -> [String] {
    ["train", "--config", configuration.path, "--run", run.path, "--resume", "--quiet", "--stops-with-input"]
      + compute
  }

  /// `moca evaluate` in a process of a cell; `nil` where no scores are wanted.
  func evaluate(_ run: URL) -> [String]? {
    if scoring.metrics.isEmpty { return nil }
    return ["evaluate", run.path, "--json", "--stops-with-input"] + scoring.evaluateArguments + compute
  }

  /// What a person types to train and score a cell in a run of its own.
  func text(configuration: URL, runName: String) -> String {
    let train = ["moca", "train", "--config", configuration.shownPath, "--run", runName] + compute
    let evaluate = ["moca", "evaluate", runName] + scoring.evaluateArguments + compute
    return [train, scoring.metrics.isEmpty ? [] : evaluate].filter { !$0.isEmpty }.map { words in
      words.map(\.shellWord).joined(separator: " ")
    }.joined(separator: " && ")
  }
}

extension AblationDefinition {
  /// The words of its cells.
  var commands: CellCommands { CellCommands(scoring: scoring, threads: threads, device: device) }
}
