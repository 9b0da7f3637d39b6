import ArgumentParser
import Evaluation
import Extractors
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score a trained model, or two sets of images.",
    discussion: """
      Of a run: images drawn by each sampler, reconstructions and the held-out images (the noise floor) against the \
      images of its training, in the features of each extractor whose weights are here; held-out codes against the \
      prior, each score with a p-value; and what the codes say about labels. Scores and their metric cards are written \
      to the run's evaluation/. Numbers can be compared where their cards are equal; --cards shows them.

      Settings of samplers, extractors and metrics are key=value arguments that begin with its name; dataset.path=… says where the \
      run's images are now.

      Examples:
        moca evaluate sprites-moca-seed0
        moca evaluate faces --metric fid --metric kid --samples 50000
        moca evaluate faces --extractor inception inception.resize=clean
        moca evaluate faces --sampler gmm --sampler kde gmm.components=20
        moca evaluate faces --sampler all
        moca evaluate faces --metric latent --metric codes
        moca evaluate --generated samples/ --reference photos/
        moca data download inception                             once, for FID and KID

      Metrics:
      \(metricLines)
      """)

  /// A line for each metric.
  private static var metricLines: String {
    CommandContext.catalogs.metrics.entries.map { entry in
      "  \(entry.name.padding(toLength: max(18, entry.name.count + 2), withPad: " ", startingAt: 0))"
        + entry.type.summary
    }
    .joined(separator: "\n")
  }

  @Argument(
    help: ArgumentHelp(
      "A run: its name under runs/, or the path of its folder; then settings such as inception.resize=clean.",
      valueName: "run|key=value"),
    completion: Completion.runs)
  var words: [String] = []

  @Option(
    help: ArgumentHelp("Score these images, a folder or an archive, and no run.", valueName: "path"),
    completion: .file())
  var generated: String?

  @Option(
    help: ArgumentHelp(
      "What to compare with: training, held-out, or a folder or an archive of images.", valueName: "path"),
    completion: .file())
  var reference: String?

  @Option(
    help: ArgumentHelp(
      "What to measure, such as fid or latent; give it again for more (default: all that can be).",
      valueName: "name"),
    completion: Completion.metrics)
  var metric: [String] = []

  @Option(
    help: ArgumentHelp(
      "In whose features to compare images; see `moca list extractor` (default: all whose weights are here).",
      valueName: "name"),
    completion: Completion.extractors)
  var extractor: [String] = []

  @Option(
    help: ArgumentHelp(
      "The weights of the extractor: a .pth or .safetensors file, or NAME=FILE.", valueName: "file"),
    completion: .file())
  var weights: [String] = []

  @Option(
    help: ArgumentHelp(
      "Another source of codes beside the prior, or all; see `moca list sampler`.", valueName: "name"),
    completion: Completion.samplers)
  var sampler: [String] = []

  @Option(help: "Images that each sampler makes.")
  var samples = 10_000

  @Option(
    help: ArgumentHelp("Which checkpoint: latest, best, or a step.", valueName: "latest|best|step"),
    completion: .list(["latest", "best"]))
  var checkpoint = CheckpointChoice(selection: .latest)

  @Option(help: "Decides draws, subsets and directions.")
  var seed = 0

  @Option(help: ArgumentHelp("Images that the extractor sees at once.", valueName: "count"))
  var batch = 64

  @Option(help: ArgumentHelp("Of images from a folder: 3 for colour, 1 for grey.", valueName: "1|3"))
  var channels = 3

  @Flag(help: "Compute scores of fewer images than the features have dimensions all the same.")
  var allowFew = false

  @Flag(help: "Show the metric card of each score.")
  var cards = false

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try checkCount(samples, "--samples", limit: 1_000_000)
    try checkCount(batch, "--batch", limit: 10_000)
    if seed < 0 { throw ValidationError("--seed must be at least 0, found \(seed)") }
    if channels != 1, channels != 3 { throw ValidationError("--channels must be 1 or 3, found \(channels)") }
    switch (runs.count, generated, reference) {
    case (0, nil, _):
      throw ValidationError("name a run, or two sets of images with --generated and --reference")
    case (0, _, nil): throw ValidationError("--generated needs --reference: what to compare with")
    case (1, nil, _), (0, _, _): break
    case (_, .some, _): throw ValidationError("--generated scores images and no run; leave out \(runs[0])")
    default: throw ValidationError("one run at a time, found \(runs.joined(separator: " "))")
    }
    if generated != nil, !sampler.isEmpty {
      throw ValidationError("--sampler draws from a run; images of a folder have none")
    }
  }

  func run() throws {
    let progress = StageProgress()
    let catalogs = CommandContext.catalogs
    let settings = try sectionSettings()
    var plan = try EvaluationPlan(catalogs.metrics, settings: settings)
    plan.metrics = try metric.map {
      try MetricChoice($0, metrics: catalogs.metrics, extractors: catalogs.extractors.names)
    }
    plan.sampleCount = samples
    plan.seed = seed
    plan.allowsFew = allowFew
    plan.samplers = try samplers(settings)
    if generated != nil { try ImageEvaluation.check(plan) }
    let choice = ExtractorChoice(
      names: extractor, metrics: plan.metrics, weights: try weightFiles(), settings: settings,
      batchSize: batch)
    let device = try compute.prepare()
    let evaluation: Evaluation
    var file: URL?
    if let generated, let reference {
      let sets = try [generated, reference].map {
        try ImageSet(path: $0, channels: channels, progress: progress.update)
      }
      (plan.sources, plan.notes) = try choice.sources(for: sets[0].shape, on: device)
      try checkUse(of: settings, in: plan)
      evaluation = try ImageEvaluation(plan: plan, progress: progress.update).compare(sets[0], with: sets[1])
    } else {
      let run = try StoredRun(RunLocation.existing(runs[0])).withDataset(settings["dataset"] ?? .empty)
      let model = try TrainedModel(run, catalogs: catalogs, selection: checkpoint.selection, device: device)
      (plan.sources, plan.notes) = try choice.sources(for: model.imageShape, on: device)
      try checkUse(of: settings, in: plan)
      plan.reference = try referenceChoice(model.imageShape, progress)
      let scored = RunEvaluation(
        run: run, model: model, catalogs: catalogs, plan: plan, progress: progress.update)
      evaluation = try scored.evaluate()
      if !evaluation.subjects.isEmpty { file = try evaluation.write(to: run.folder) }
    }
    progress.finish()
    let report = EvaluationReport(evaluation: evaluation, showsCards: cards)
    print(try json ? evaluation.json() : report.text(width: Console.width))
    fflush(nil)  // Before what goes to the other stream.
    if let file { Console.note("\nwritten to \(Console.path(file))") }
  }

  /// The run, where one is named; the other arguments are settings.
  private var runs: [String] { words.filter { !isSetting($0) } }

  /// Whether a word is `NAME.key=value`, or looks like it and is no run.
  private func isSetting(_ word: String) -> Bool {
    guard word.contains("=") else { return false }
    return sectionNames.contains(String(word.prefix { $0 != "." }))
      || (try? RunLocation.existing(word)) == nil
  }

  private var sectionNames: [String] {
    let catalogs = CommandContext.catalogs
    return catalogs.extractors.names + catalogs.samplers.names + catalogs.metrics.names + ["dataset"]
  }

  /// Refuses settings of what is not used: they would be thought to hold.
  private func checkUse(of settings: [String: ConfigurationValue], in plan: EvaluationPlan) throws {
    let used =
      plan.sources.map(\.name) + plan.samplers.map(\.name) + plan.includedNames
      + (generated == nil ? ["dataset"] : [])
    if let name = settings.keys.sorted().first(where: { !used.contains($0) }) {
      throw Failure(
        .usage,
        "\(name) has settings but is not used here; add "
          + (CommandContext.catalogs.metrics.names.contains(name)
            ? "--metric \(name)" : "--sampler \(name) or --extractor \(name)"))
    }
  }

  private func referenceChoice(
    _ shape: ImageShape, _ progress: StageProgress
  ) throws -> EvaluationPlan.Reference {
    switch reference {
    case nil, "training": return .training
    case "held-out": return .heldOut
    case .some(let path):
      if !FileManager.default.fileExists(atPath: path) {
        throw Failure(.usage, "--reference is training, held-out or the path of images; there is no \(path)")
      }
      return .images(
        try ImageSet(
          path: path, size: shape.height, channels: shape.channels, progress: progress.update))
    }
  }

  /// The prior, then the samplers that were asked for, with their settings.
  private func samplers(_ settings: [String: ConfigurationValue]) throws -> [EvaluationPlan.SamplerChoice] {
    let catalog = CommandContext.catalogs.samplers
    let asked = [EvaluationPlan.SamplerChoice.prior] + sampler.filter { $0 != "all" }
    let names = asked + (sampler.contains("all") ? catalog.names : [])
    return try names.enumerated().filter { names.firstIndex(of: $1) == $0 }.map { _, name in
      let chosen = settings[name] ?? .empty
      _ = try catalog.entry(named: name).resolve(chosen, name)
      return EvaluationPlan.SamplerChoice(name: name, settings: chosen, isOptional: !asked.contains(name))
    }
  }

  /// `inception.resize=clean` as the settings of `inception`.
  private func sectionSettings() throws -> [String: ConfigurationValue] {
    let known = sectionNames
    return try words.filter(isSetting).reduce(into: [:]) { sections, word in
      guard let dot = word.firstIndex(of: "."), known.contains(String(word[..<dot])) else {
        let name = String(word.prefix { $0 != "." && $0 != "=" })
        throw Failure(
          .usage,
          "\"\(word)\" does not begin with the name of a sampler, an extractor or a metric, as in inception.resize=clean"
            + suggestion(for: name, among: known))
      }
      let name = String(word[..<dot])
      let layer = try Experiment.layer(override: String(word[word.index(after: dot)...]))
      sections[name] = (sections[name] ?? .empty).merged(with: layer)
    }
  }

  /// `FILE` under the empty name, `NAME=FILE` under that name.
  private func weightFiles() throws -> [String: URL] {
    let names = CommandContext.catalogs.extractors.names
    return try weights.reduce(into: [:]) { files, text in
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let isNamed = parts.count == 2 && names.contains(parts[0])
      let path = isNamed ? parts[1] : text
      if !FileManager.default.fileExists(atPath: path) {
        throw Failure(.usage, "no file \(path) for --weights; check the path")
      }
      files[isNamed ? parts[0] : ""] = URL(fileURLWithPath: path)
    }
  }
}
