import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an autoencoder, or continue a run.",
    discussion: """
      Whatever is not set has a default. A configuration file holds differences from the defaults; key=value \
      arguments come after it and win. A key is section.setting; a section alone, as in regularizer=mmd, chooses \
      the plugin. See `moca describe moca` or `moca describe training` for what can be set.

      Examples:
        moca train
        moca train regularizer=mmd training.epochs=20 training.seed=1
        moca train --run faces dataset=images dataset.path=faces.zip dataset.size=64
        moca train regularizer=sliced-wasserstein memory=queue prior=normal
        moca train --config mine.yaml encoder.width=64 --dry-run > resolved.yaml
        moca train --run faces --resume                       after Ctrl-C or a crash
        moca train --run faces --resume training.epochs=200   longer than planned

      A run is a folder: run.yaml (the whole configuration), metrics.jsonl, checkpoints/, samples/. The last three \
      lines printed are the paths of the sample grid, of the reconstructions and of that folder. Ctrl-C saves a \
      checkpoint first and then ends with exit code 130; a second Ctrl-C ends at once.

      Shell completion:
        moca --generate-completion-script bash > moca.bash; source moca.bash
        moca --generate-completion-script zsh > "${fpath[1]}/_moca"
        moca --generate-completion-script fish > ~/.config/fish/completions/moca.fish
      """)

  @Option(
    help: ArgumentHelp("A YAML file of differences from the defaults.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var config: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "The run's name under runs/, or a path with a slash (default: dataset-regularizer-seed).",
      valueName: "name|path"),
    completion: Completion.runs)
  var runName: String?

  @Flag(help: "Continue the run given with --run where it is there already.")
  var resume = false

  @OptionGroup var compute: ComputeOptions

  @Option(
    help: ArgumentHelp("Short for training.precision: float32 or bfloat16.", valueName: "precision"),
    completion: .list(["float32", "bfloat16"]))
  var precision: String?

  @Flag(help: "Show no progress.")
  var quiet = false

  @Flag(help: "Print the final scores and paths as JSON.")
  var json = false

  @Flag(
    name: [.customLong("dry-run"), .customLong("print-config")],
    help: "Print the resolved configuration as YAML and stop.")
  var isDryRun = false

  @Argument(
    help: ArgumentHelp("Settings, such as regularizer=mmd or training.steps=500.", valueName: "key=value"),
    completion: Completion.overrides)
  var overrides: [String] = []

  func validate() throws {
    if resume, runName == nil {
      throw ValidationError("--resume needs to know which run: add --run NAME")
    }
  }

  func run() throws {
    let catalogs = CommandContext.catalogs
    let named = try runName.map(RunLocation.new)
    let stored = try stored(in: named)
    let experiment = try Experiment([stored?.configuration].compactMap(\.self) + layers(), catalogs: catalogs)
    if isDryRun {
      try Runtime.verify()
      try Trainer.check(experiment, catalogs: catalogs)
      print(try experiment.tree.yaml, terminator: "")
      return
    }
    let folder = named ?? RunLocation.unused(Self.name(of: experiment))
    if RunLocation.isRun(folder), !resume { throw StorageError.exists(path: Console.path(folder)) }
    try train(experiment, in: folder, continuing: stored)
  }

  private func train(_ experiment: Experiment, in folder: URL, continuing stored: StoredRun?) throws {
    var options = Trainer.Options(folder: folder)
    options.device = try compute.prepare(usualThreads: stored?.record?.threads)
    options.resumes = resume
    // A reader of the output that goes away must not end hours of training.
    _ = signal(SIGPIPE, SIG_IGN)
    let interruption = Interruption.fromSignals()
    let trainer = try Trainer(
      experiment, catalogs: CommandContext.catalogs, options: options, interruption: interruption,
      report: TrainingDisplay(isQuiet: quiet).report)
    let summary = TrainingSummary(
      trainer: trainer, experiment: experiment, folder: folder, device: options.device)
    if resume, stored == nil {
      Console.note("there is no run in \(Console.path(folder)) yet: starting it")
    }
    if !quiet { Console.note(summary.heading) }
    summary.warnings.forEach(Console.warning)
    do {
      let outcome = try trainer.run()
      print(json ? summary.tree(outcome).json : summary.results(outcome))
    } catch let error as TrainingError {
      throw explained(error, in: folder)
    }
  }

  /// Adds the command that goes on to the message about an interruption.
  private func explained(_ error: TrainingError, in folder: URL) -> any Error {
    guard case .interrupted(let step, let checkpoint) = error else { return error }
    let device = compute.device == "auto" ? "" : " --device \(compute.device)"
    let saved = TrainingError.interrupted(
      step: step, checkpoint: Console.path(URL(fileURLWithPath: checkpoint)))
    return Failure(
      error.fault,
      "\(saved)\ncontinue with: moca train --run \(RunLocation.argument(for: folder).shellWord) --resume\(device)"
    )
  }
}

extension TrainCommand {
  private func stored(in folder: URL?) throws -> StoredRun? {
    guard resume, let folder, RunLocation.isRun(folder) else { return nil }
    return try StoredRun(RunFolder(opening: folder))
  }

  /// The file, then the options, then the arguments.
  private func layers() throws -> [ConfigurationValue] {
    let file = try config.map(ConfigurationFile.experiment)
    let short = try precision.map { try Experiment.layer(override: "training.precision=\($0)") }
    return try [file, short, Overrides(overrides).layer].compactMap(\.self)
  }

  private static func name(of experiment: Experiment) -> String {
    "\(experiment.dataset.name)-\(experiment.regularizer.name)-seed\(experiment.training.seed)"
  }
}
