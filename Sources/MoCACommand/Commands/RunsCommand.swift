import ArgumentParser
import Comparison
import Foundation
import MoCAProtocols
import Terminal

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List runs, filter them, and remove what is no longer needed.",
    discussion: """
      Runs below runs/ are meant, the cells of ablations too, unless folders are named. A key=value leaves those whose \
      configuration has that value; * and ? stand for other characters, and training.seed=0 is the key in full.

      Examples:
        moca runs
        moca runs regularizer=moca training.seed=0
        moca runs 'regularizer=sliced*' --state interrupted
        moca runs /data/runs other/ablation --sort size
        moca runs --json | jq '.[].path'
        moca runs prune --keep latest              shows what would go, and how much
        moca runs prune --keep latest --yes        removes it
        moca runs prune --runs 'dataset=sprites' --state interrupted --yes

      All options: moca runs list --help, moca runs prune --help
      """,
    subcommands: [RunsListCommand.self, RunsPruneCommand.self], defaultSubcommand: RunsListCommand.self)
}

/// `moca runs list`, which is `moca runs`.
struct RunsListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List runs: how far they are, their best score, size and age.",
    discussion: """
      The state is training (a process holds the run's lock), complete, interrupted, or damaged. The best score is the \
      smallest held-out reconstruction error, or the distance to the prior where record.best=latent-match. The size is \
      that of the blocks on the disk; the age is that of the last logged step.

      Examples:
        moca runs
        moca runs regularizer=moca training.seed=0
        moca runs 'prior=normal' --sort best
        moca runs /data/runs --state training,interrupted --json
      """)

  enum Order: String, ExpressibleByArgument, CaseIterable {
    case name, dataset, regularizer, memory, seed, steps, state, best, size, age
  }

  @OptionGroup var selection: RunSelection

  @Option(help: ArgumentHelp("Sort by a column.", valueName: "column"))
  var sort = Order.name

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let listing = try selection.listing()
    let runs = Self.sorted(listing.runs, by: sort)
    if json { return print(RunsReport(runs).json) }
    if runs.isEmpty {
      Console.note(selection.nothing)
      return
    }
    print(RunsReport(runs).text)
  }

  private static func sorted(_ runs: [ListedRun], by order: Order) -> [ListedRun] {
    let text = { (key: String) in { (run: ListedRun) in run.value(key) ?? "" } }
    let isBefore: (ListedRun, ListedRun) -> Bool =
      switch order {
      case .name: { _, _ in false }
      case .dataset: { text("dataset")($0) < text("dataset")($1) }
      case .regularizer: { text("regularizer")($0) < text("regularizer")($1) }
      case .memory: { text("memory")($0) < text("memory")($1) }
      case .seed: { (Int(text("training.seed")($0)) ?? -1) < (Int(text("training.seed")($1)) ?? -1) }
      case .steps: { $0.step > $1.step }
      case .state: { $0.state.rawValue < $1.state.rawValue }
      case .best: { ($0.best ?? .infinity) < ($1.best ?? .infinity) }
      case .size: { $0.byteCount > $1.byteCount }
      case .age: { ($0.changed ?? .distantPast) > ($1.changed ?? .distantPast) }
      }
    let named = runs.sorted { $0.name.localizedStandardCompare($1.name) == .orderedAscending }
    return named.sorted(by: isBefore)  // The sort is stable.
  }
}
