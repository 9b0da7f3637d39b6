import ArgumentParser
import Comparison
import Files
import Foundation
import MoCAProtocols
import Reports
import Runner
import Terminal

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one HTML page about a run, several runs or an ablation.",
    discussion: """
      The page needs no network and no other file: scores with what can be said about them, curves with bands over \
      the seeds, samples of all groups from the same codes, reconstructions and interpolations of the same held-out \
      images, codes beside the prior, latent match beside its null bands, and for each run its configuration and its \
      command. What is missing, as scores of a run that was not evaluated, is left out with a note.

      A run's or an ablation's page is its report.html, which is replaced each time; of several runs it is \
      report.html in this folder. dataset.path=… says where the images are now.

      Examples:
        moca report sprites-moca-seed0
        moca report runs/my-ablation
        moca report faces-moca faces-mmd --output faces.html
        moca report runs/my-ablation --by regularizer --samples 16
        moca report faces dataset.path=/data/faces.zip
      """)

  @Argument(
    help: ArgumentHelp(
      "Runs, or one ablation: names under runs/ or paths of folders; then settings of the dataset.",
      valueName: "run|ablation|key=value"),
    completion: Completion.runs)
  var words: [String] = []

  @Option(
    name: [.short, .long],
    help: "The HTML file to write (default: report.html in the folder of the run or ablation).",
    completion: .file(extensions: ["html"]))
  var output: String?

  @Flag(help: "Replace an output that exists.")
  var force = false

  @Option(
    help: ArgumentHelp(
      "Group runs by these keys and show means over the others (default: all in which runs differ, but the seed).",
      valueName: "key,key"))
  var by: String?

  @Option(help: "Pictures in a row.")
  var samples = 10

  @Flag(help: "Show no progress.")
  var quiet = false

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    try checkCount(samples, "--samples", limit: 64)
    if names.isEmpty { throw ValidationError("name a run or an ablation") }
  }

  func run() throws {
    let collection = try RunLocation.collection(names)
    let target = try target(collection)
    let progress = StageProgress(isQuiet: quiet)
    var options = ReportBuilder.Options()
    options.keys = by?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    options.columns = samples
    options.dataset = try dataset(of: collection)
    options.device = try compute.prepare()
    options.command = command
    options.advice = ReportBuilder.hints
    try Self.write(collection, options, to: target, progress)
    print(Console.path(target))
  }

  static func write(
    _ collection: RunCollection, _ options: ReportBuilder.Options, to url: URL, _ progress: StageProgress
  ) throws {
    let builder = ReportBuilder(
      collection, options: options, catalogs: CommandContext.catalogs, progress: progress.update)
    let page = try ReportRenderer.html(try builder.content())
    progress.finish()
    try AtomicFile.write(Data(page.utf8), to: url)
  }

  private var command: String {
    let values = [
      ("--output", output), ("--by", by), ("--samples", samples == 10 ? nil : "\(samples)"),
      ("--device", compute.device == "auto" ? nil : compute.device),
      ("--threads", compute.threads.map(String.init)),
    ]
    let options =
      values.flatMap { name, value in value.map { [name, $0] } ?? [] } + (force ? ["--force"] : [])
    return (["moca", "report"] + words + options).map(\.shellWord).joined(separator: " ")
  }

  /// The runs and ablations that are named; the other words are settings.
  private var names: [String] { words.filter { !$0.hasPrefix("dataset.") || !$0.contains("=") } }

  /// The settings of the dataset, which must be some that the first run's dataset has.
  private func dataset(of collection: RunCollection) throws -> ConfigurationValue {
    let layer = try words.filter { !names.contains($0) }.reduce(ConfigurationValue.empty) { tree, word in
      tree.merged(with: try Experiment.layer(override: String(word.dropFirst("dataset.".count))))
    }
    if layer != .empty, let run = collection.runs.lazy.compactMap(\.run).first {
      _ = try run.withDataset(layer).experiment(CommandContext.catalogs)
    }
    return layer
  }

  /// Where the page goes; a page of its own is replaced, any other file only if asked to.
  private func target(_ collection: RunCollection) throws -> URL {
    if let output {
      if output.isEmpty { throw Failure(.usage, "--output is empty; give the name of an HTML file") }
      return try checked(URL(fileURLWithPath: output))
    }
    if let ablation = collection.ablation { return ablation.reportURL }
    if collection.runs.count == 1, let run = collection.runs[0].run { return run.folder.reportURL }
    return try checked(URL(fileURLWithPath: "report.html"))
  }

  private func checked(_ url: URL) throws -> URL {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    if isThere, isFolder.boolValue {
      throw Failure(.usage, "\(Console.path(url)) is a folder; give the name of an HTML file with --output")
    }
    if isThere, !force {
      throw Failure(
        .usage, "\(Console.path(url)) exists already; choose another --output, or replace it with --force")
    }
    let folder = url.deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: folder) {
      throw Failure(.usage, "the folder \(folder) of --output does not exist; make it first")
    }
    return url
  }
}
