import ArgumentParser
import Comparison
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what two runs differ in, and where their curves part.",
    discussion: """
      Configuration, record (versions, device, digests of first weights and of the order of images), data, and for \
      each logged quantity that means the same in both runs the first step at which the values differ in any bit, and \
      the first at which the curves part beyond noise: where the mean of the last 4 or 16 differences exceeds 1.1·√(2 \
      ln(2m/0.05)) standard errors, m being the number of looks. Positive curves are compared by their logarithms, and \
      single wild values count as three standard deviations. Of simulated curves of one distribution at most \
      3 of 100 pairs are so told apart, or 6 where noise is wild, if neighbouring lines correlate by up to \
      0.6; at 0.9 it is 5 over 600 lines, but 9 over 200 and 13 over 80. The standard error is the larger of \
      two, one from the scatter of the difference and one from that of the curves, each measured around \
      locally fitted parabolas; that of the difference heeds that neighbours resemble each other. A curve \
      that stops being finite alone parts there. Fewer than \(CurveDifference.fewest) common steps are too \
      few to tell. Another seed is no noise in this sense: to compare methods, compare several seeds.

      Examples:
        moca diff faces faces-2
        moca diff faces faces-2 --json
        moca diff runs/regularizers/cells/{moca_seed0_3f2a9c1b,mmd_seed0_5b1c0a7e}
      """)

  @Argument(help: "A run: its name under runs/, or the path of its folder.", completion: Completion.runs)
  var first: String

  @Argument(help: "The run to compare it with.", completion: Completion.runs)
  var second: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let runs = try [first, second].map { try StoredRun(RunLocation.existing($0)) }
    let difference = try RunDifference(runs[0], runs[1])
    let report = DiffReport(difference, names: Self.names(runs))
    print(json ? report.tree.json : report.text)
  }

  /// The runs' names, or their paths where these are the same.
  private static func names(_ runs: [StoredRun]) -> [String] {
    let names = runs.map { $0.folder.url.lastPathComponent }
    return names[0] == names[1] ? runs.map { Console.path($0.folder.url) } : names
  }
}
