import ArgumentParser
import Comparison
import Files
import Foundation
import Tables
import Terminal

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Set runs beside each other: scores with intervals, cost, and whether they began alike.",
    discussion: """
      Runs that differ only in training.seed are repetitions of one group. A group's score is a mean ± standard \
      deviation over its seeds; its difference to the reference group is taken within each seed that both have, with a \
      95 % interval: of the paired t test below \(PairedDesign.bootstrapMinimum) seeds, where a bootstrap cannot reach \
      95 %, and of a paired bootstrap from there on. Intervals are not adjusted; p (Holm) is the paired t test's over \
      all pairs of groups, since the best is chosen from the same scores, or over the differences to the group that \
      --reference names, which must be named before looking. "would find" is the smallest true difference that the \
      strictest step of Holm's rule (5 % divided by the number of tests) finds four times in five. The best group is \
      the one that none beats over the seeds that both have. It is marked as the winner (*) only where every other \
      group is worse with its whole interval and by Holm's rule at 5 % over all pairs; otherwise those that are not \
      told apart are marked (≈). One seed has no interval, and differences that are the same in every seed cannot be \
      tested: nothing is marked. With --by, groups are averaged over the runs that all of them have in a seed.

      Values stand in one column only where their metric cards agree. Runs of one seed must have begun alike (data, \
      first weights, order of batches, first reconstruction); a group with a run that has not, and no setting explains \
      it, is left out of intervals, marks and fronts. For scores that are better near a target, differences are of the \
      distances from it. Costs are shown and decide nothing. Where a number such as regularizer.weight was swept, the \
      front of reconstruction against latent match against samples is shown, with dominated groups marked; its numbers \
      are only comparable within this table.

      Examples:
        moca compare sprites-moca-seed0 sprites-mmd-seed0
        moca compare runs/ablation                        an ablation
        moca compare runs/ablation --metric fid --metric slicedWasserstein
        moca compare runs/ablation --by regularizer --reference none
        moca compare runs/ablation --all --csv > scores.csv
        moca compare runs/ablation --latex > table.tex    for \\usepackage{booktabs}
      """)

  @Argument(
    help: ArgumentHelp(
      "Runs, or one ablation: names under runs/, or paths of folders.", valueName: "run|ablation"),
    completion: Completion.runs)
  var words: [String] = []

  @Option(
    help: ArgumentHelp(
      "A score to show, such as fd-cifar, or \"FD-cifar of gmm\"; give it again for more (default: a few).",
      valueName: "name"))
  var metric: [String] = []

  @Flag(help: "Show every score.")
  var all = false

  @Option(
    help: ArgumentHelp(
      "Group by these keys and average over the others within each seed (default: all in which runs differ).",
      valueName: "key,key"))
  var by: String?

  @Option(
    help: ArgumentHelp(
      "The group that differences are taken to (default: the best of each score).", valueName: "group"))
  var reference: String?

  @Flag(help: "Print everything as JSON.")
  var json = false

  @Flag(help: "Print a table in Markdown.")
  var markdown = false

  @Flag(help: "Print a table in LaTeX, for the package booktabs.")
  var latex = false

  @Flag(help: "Print CSV with one line for each run and score.")
  var csv = false

  func validate() throws {
    if words.isEmpty { throw ValidationError("name the runs to compare, or the folder of an ablation") }
    let formats = [(json, "--json"), (markdown, "--markdown"), (latex, "--latex"), (csv, "--csv")]
      .filter(\.0).map(\.1)
    if formats.count > 1 {
      throw ValidationError("one format at a time, found \(formats.joined(separator: " "))")
    }
    if all, !metric.isEmpty { throw ValidationError("--all shows every score; leave out --metric") }
  }

  func run() throws {
    let comparison = try Comparison(
      RunLocation.collection(words), options: options, regularizers: CommandContext.catalogs.regularizers)
    for deviation in comparison.pairing.unexplained {
      Console.warning(
        "NOT PAIRED: \(deviation.run) has another \(deviation.subject.rawValue) than the other runs of its seed, "
          + "and no setting explains it")
    }
    if json {
      print(try comparison.json())
    } else if markdown {
      print(CompareMarkdown(comparison).text)
    } else if latex {
      print(CompareLaTeX(comparison).text)
    } else if csv {
      print(CompareCSV(comparison).text)
    } else {
      print(CompareText(comparison).text(width: Console.width))
    }
  }

  private var options: Comparison.Options {
    var options = Comparison.Options()
    options.keys = by.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    options.metrics = metric
    options.takesAll = all
    options.reference = reference
    return options
  }
}

extension Comparison {
  /// JSON with sorted keys.
  func json() throws -> String { try JSONEncoder.readable.text(of: self) }
}
