import ArgumentParser
import Comparison
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct RunSelection: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Folders to look in (default: runs/), and conditions such as regularizer=moca.",
      valueName: "folder|key=value"),
    completion: Completion.overrides)
  var words: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only runs in these states: training, complete, interrupted, damaged.", valueName: "state,…"),
    completion: .list(ListedRun.State.allCases.map(\.rawValue)))
  var state: String?

  func listing() throws -> RunListing {
    let folders = words.filter { !Self.isCondition($0) }
    if folders.contains("") { throw Failure(.usage, "the name of a folder is empty") }
    let urls = try folders.map(Self.folder)
    let all = RunListing(urls.isEmpty ? [URL(fileURLWithPath: RunLocation.parent)] : urls)
    return try all.filtered(conditions, known: Self.keys).filtered(states)
  }

  var nothing: String {
    words.isEmpty && state == nil
      ? "there are no runs in \(RunLocation.parent)/; train one with moca train" : "no run fits"
  }

  private var conditions: [(key: String, pattern: String)] {
    words.filter(Self.isCondition).compactMap { word in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let optimizers = CommandContext.catalogs.optimizers
      return parts.count == 2 ? (Experiment.fullKey(parts[0], optimizers: optimizers), parts[1]) : nil
    }
  }

  private var states: [ListedRun.State] {
    get throws {
      try (state ?? "").split(separator: ",").map { word in
        guard let state = ListedRun.State(rawValue: String(word)) else {
          let names = ListedRun.State.allCases.map(\.rawValue)
          throw Failure(.usage, "unknown state \"\(word)\"" + suggestion(for: String(word), among: names))
        }
        return state
      }
    }
  }

  /// A path with `=` in it has a slash before.
  private static func isCondition(_ word: String) -> Bool {
    word.firstIndex(of: "=").map { $0 > word.startIndex && !word[..<$0].contains("/") } ?? false
  }

  /// A folder by its path, or by its name below `runs/`.
  private static func folder(_ text: String) throws -> URL {
    let named = URL(fileURLWithPath: RunLocation.parent).appendingPathComponent(text)
    for url in text.contains("/") ? [URL(fileURLWithPath: text)] : [named, URL(fileURLWithPath: text)] {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { continue }
      if isFolder.boolValue { return url }
      throw Failure(
        .usage, "\(Console.path(url)) is a file; give the folder of a run, or one with runs in it")
    }
    let hint =
      nearestMatch(to: text, among: RunLocation.runNames + RunLocation.ablationNames + ["prune", "list"])
      .map { "; did you mean \"\($0)\"?" } ?? ""
    throw Failure(
      .usage,
      "there is no folder \"\(text)\"\(hint) (a name without = is a folder, or a run in \(RunLocation.parent)/)"
    )
  }

  /// The keys that there are, whether a run has them or not.
  private static var keys: [String] {
    let catalogs = CommandContext.catalogs
    let sections = catalogs.kinds.filter { Experiment.hasSection(for: $0) }
    let plugins = catalogs.summaries.filter { sections.contains($0.kind) }
    return sections + plugins.flatMap { plugin in plugin.settings.map { "\(plugin.kind).\($0.key)" } }
      + Experiment.sections.flatMap { section in section.settings.map { "\(section.name).\($0.key)" } }
  }
}
