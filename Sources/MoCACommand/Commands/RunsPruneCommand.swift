import ArgumentParser
import Comparison
import Files
import Foundation
import MoCAProtocols
import Terminal

struct RunsPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove checkpoints, or whole runs, that fit.",
    discussion: """
      What would go is shown, and goes only with --yes. A run that a process works on is left alone, and so is a \
      finished cell of an ablation, whose files are part of its result, unless --force is given. At least one \
      checkpoint that can be read always stays.

      Examples:
        moca runs prune --keep latest                        of all runs in runs/
        moca runs prune regularizer=none --keep both --yes
        moca runs prune faces --keep 3 --yes                 the newest three, and the best
        moca runs prune --runs 'training.steps=30' --yes     whole runs
      """)

  @OptionGroup var selection: RunSelection

  @Option(
    help: ArgumentHelp(
      "Which checkpoints stay: latest, best, both, or so many of the newest beside the best.",
      valueName: "latest|best|both|N"),
    completion: .list(["latest", "best", "both"]))
  var keep: String?

  @Flag(name: .customLong("runs"), help: "Remove whole runs, not only checkpoints.")
  var isWhole = false

  @Flag(name: .shortAndLong, help: "Remove it.")
  var yes = false

  @Flag(help: "Touch finished cells of ablations too.")
  var force = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if (keep == nil) != isWhole {
      throw ValidationError(
        isWhole
          ? "--keep and --runs exclude each other"
          : "say what goes: --keep latest, best, both or a number for checkpoints, --runs for whole runs")
    }
  }

  func run() throws {
    let runs = try selection.listing().runs
    let pruning = try RunPruning(runs, keeping: rest(), includesDone: force)
    var results = pruning.items.map { Result(item: $0) }
    if yes {
      for index in results.indices where results[index].item.refusal == nil {
        do {
          results[index].freed = try pruning.remove(results[index].item)
        } catch let error as StorageError {
          results[index].error = error
        }
      }
    }
    if json { print(Self.table(results, isWhole: isWhole).json) } else { show(results) }
    if let error = results.lazy.compactMap(\.error).first { throw error }
  }

  /// An item and what became of it.
  private struct Result {
    let item: RunPruning.Item
    var freed: Int?
    var error: StorageError?

    /// `nil` in front of a removal that can begin.
    var refusal: String? { item.refusal?.message ?? error.map { Failure($0).message } }
  }

  private func rest() throws -> RunPruning.Rest {
    switch keep {
    case nil: return .nothing
    case "latest": return .latest
    case "best": return .best
    case "both": return .both
    case let text?:
      guard let count = Int(text), count >= 1 else {
        throw Failure(.usage, "--keep must be latest, best, both or a number from 1, found \"\(text)\"")
      }
      return .newest(count)
    }
  }

  private func show(_ results: [Result]) {
    if results.isEmpty { return Console.note("nothing to remove") }
    let going = results.filter { $0.refusal == nil }
    if !going.isEmpty { print(Self.table(going, isWhole: isWhole).text(width: Console.width)) }
    let staying = results.filter { $0.refusal != nil }
    for result in staying {
      Console.note("left alone: \(Console.path(result.item.run.url)): \(result.refusal ?? "")")
    }
    let bytes = Console.bytes(going.reduce(0) { $0 + ($1.freed ?? $1.item.byteCount) })
    if yes {
      print("\(bytes) freed")
    } else if !going.isEmpty {
      print("\(bytes) would be freed; nothing is removed without --yes")
    }
  }

  private static func table(_ results: [Result], isWhole: Bool) -> TextTable {
    var table = TextTable(columns: [
      "path", .init("checkpoints", title: isWhole ? "what" : "checkpoints"), "bytes", "removed", "note",
    ])
    for result in results {
      let what: ConfigurationValue = isWhole ? .string("the whole run") : .integer(result.item.urls.count)
      let note = [result.refusal, result.item.note].compactMap(\.self).joined(separator: "; ")
      table.append([
        .string(Console.path(result.item.run.url)), what, .integer(result.freed ?? result.item.byteCount),
        .boolean(result.freed != nil), .string(note),
      ])
    }
    return table
  }
}
