import ArgumentParser
import Datasets
import Evaluation
import Extractors
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Fetch what scores need from the network.",
    subcommands: [DownloadCommand.self])
}

struct DownloadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "download",
    abstract: "Fetch the published weights of an extractor.",
    discussion: """
      The file goes to weights/ in the cache ($MOCA_CACHE, else $XDG_CACHE_HOME/moca, else ~/.cache/moca). Its digest \
      is checked where one is published, and the network is built from it once; a file that does not fit is not kept. \
      Nothing in a .pth file is executed. Without a name, the files are listed.

      Examples:
        moca data download
        moca data download inception          for FID, KID and the Inception score
        moca data download dinov2-b dinov2-l
      """)

  @Argument(
    help: ArgumentHelp("Extractors; see `moca list extractor`.", valueName: "name"),
    completion: Completion.extractors)
  var names: [String] = []

  func run() throws {
    let catalog = CommandContext.catalogs.extractors
    if names.isEmpty { return print(Self.listing(catalog)) }
    let chosen = try names.map { name in
      let entry = try catalog.entry(named: name)
      guard let weights = entry.publishedWeights else {
        throw Failure(.usage, "the extractor \(name) has nothing to download: \(entry.weightsText)")
      }
      return (entry, weights)
    }
    let progress = StageProgress()
    let interruption = Interruption.fromSignals()
    for (entry, weights) in chosen {
      let (url, isNew): (URL, Bool)
      do {
        (url, isNew) = try WeightStore().download(
          weights, inspect: { _ = try entry.make(.empty, "extractor", $0) },
          isCancelled: { interruption.isRequested }, progress: progress.update)
      } catch is CancellationError {
        progress.finish()
        throw Failure(.interrupted, "interrupted; nothing was kept")
      }
      progress.finish()
      if !isNew { Console.note("\(entry.name): is here already") }
      if weights.digestPrefix == nil {
        Console.note("\(try WeightFile(url).digest); none is published to compare it with")
      }
      print(Console.path(url))
    }
  }

  private static func listing(_ catalog: ExtractorCatalog) -> String {
    var table = TextTable(columns: ["extractor", "weights", "state"])
    for entry in catalog.entries {
      let file = entry.publishedWeights.map { WeightStore().url(of: $0) }
      let isHere = file.map { FileManager.default.fileExists(atPath: $0.path) }
      let state = isHere.map { $0 ? "here" : "moca data download \(entry.name)" } ?? "-"
      table.append([.string(entry.name), .string(entry.weightsText), .string(state)])
    }
    return table.text(width: Console.width)
  }
}

extension ExtractorCatalog.Entry {
  /// What can be fetched, where something can.
  fileprivate var publishedWeights: PublishedWeights? {
    if case .published(let weights) = type.weights { return weights }
    return nil
  }

  /// Where the weights come from, in words.
  fileprivate var weightsText: String {
    switch type.weights {
    case .published(let weights):
      weights.fileName + (weights.byteCount.map { ", \(Console.bytes($0))" } ?? "")
    case .shipped: "shipped with the program"
    case .computed: "none: computed from its settings"
    case .given: "yours, named with --weights"
    }
  }
}
