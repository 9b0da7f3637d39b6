import Files
import Foundation
import Runner

/// The words that train and score a cell, for its processes, for a measurement, and for people.
///
/// Cells are processes of the program, so this file knows its command line: what it is called with, and what some of
/// its exit codes say. No other part of the library does.
struct CellCommands {
  /// What the program ends with where the disk failed.
  static let diskExitCode: Int32 = 74
  /// What the program ends with where it was asked to stop.
  static let interruptedExitCode: Int32 = 130

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
    return ["evaluate", run.path, "--json", "--stops-with-input"] + scoring.words + compute
  }

  /// What a person types to train and score a cell in a run of its own.
  func text(configuration: URL, runName: String) -> String {
    let train = ["moca", "train", "--config", configuration.shownPath, "--run", runName] + compute
    let evaluate = ["moca", "evaluate", runName] + scoring.words + compute
    return [train, scoring.metrics.isEmpty ? [] : evaluate].filter { !$0.isEmpty }.map { words in
      words.map(\.shellWord).joined(separator: " ")
    }.joined(separator: " && ")
  }
}

extension AblationDefinition.Scoring {
  /// The words behind the run that is evaluated.
  fileprivate var words: [String] {
    ["--samples", String(samples)] + metrics.flatMap { ["--metric", $0] }
      + samplers.flatMap { ["--sampler", $0] } + arguments
  }
}

extension AblationDefinition {
  /// The words of its cells.
  var commands: CellCommands { CellCommands(scoring: scoring, threads: threads, device: device) }
}

extension AblationFolder {
  /// What a person types to train and score a cell again, in a run of its own.
  public func command(of cell: AblationCell) -> String {
    definition.commands.text(configuration: configurationURL(of: cell), runName: cell.name)
  }

  /// What a person types to go on with what is not finished.
  package var command: String { "moca ablate \(url.shownPath.shellWord)" }

  /// What a person types to run a cell anew.
  package func redoCommand(of cell: AblationCell) -> String { "\(command) --redo \(cell.name.shellWord)" }
}

extension RunFolder {
  /// What a person types to train the same again, in a run of its own.
  package var againCommand: String {
    "moca train --config \(configurationURL.shownPath.shellWord) --run \("\(url.lastPathComponent)-again".shellWord)"
  }
}

extension LaunchWork {
  /// The line of a shell that works on a cell.
  public func command(for cell: AblationCell) -> String { command(forCell: cell.name.shellWord) }

  /// The same for a cell that the shell finds out itself, as with `"$cell"`.
  package func command(forCell word: String) -> String {
    var words = [build.program.path, "ablate", folder.url.path].map(\.shellWord)
    words += ["--cell", word, "--jobs", "1", "--no-report", "--device", folder.definition.device]
    if allowsAnyBuild { words.append("--any-build") }
    if let limit = options.timeLimit { words += ["--cell-time", "\(Int(limit))s"] }
    return words.joined(separator: " ")
  }
}
