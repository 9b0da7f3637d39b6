import Ablation
import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Terminal

struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show how far an ablation has come, live.",
    discussion: """
      On a terminal the table is drawn again in its place until every cell has ended; Ctrl-C stops the watching, not \
      the ablation. In a log, with --once and with --json it is printed once. It may be watched from any machine that \
      sees the folder; a cell counts as worked on while its claim was renewed in the last two minutes.

      Examples:
        moca watch runs/regularizers
        moca watch runs/regularizers --interval 10
        moca watch runs/regularizers --once
        moca watch runs/regularizers --json | jq '.cells[] | select(.state == "failed")'
      """)

  @Argument(
    help: ArgumentHelp("The folder of an ablation, or its name under runs/.", valueName: "ablation"),
    completion: Completion.ablations)
  var ablation: String

  @Option(help: ArgumentHelp("Seconds between two looks.", valueName: "seconds"))
  var interval = 2.0

  @Flag(help: "Print the table once.")
  var once = false

  @Flag(help: "Print what is known as JSON, once.")
  var json = false

  func validate() throws {
    if !interval.isFinite || interval < 0.1 || interval > 3600 {
      throw ValidationError("--interval must be between 0.1 and 3600 seconds, found \(interval)")
    }
  }

  func run() throws {
    let folder = try Self.folder(ablation)
    let terminal = Terminal.standardOutput
    if json {
      print(try JSONEncoder.readable.text(of: AblationStatus(of: folder)))
    } else if once || !terminal.isInteractive {
      let lines = AblationTable(try AblationStatus(of: folder)).lines(width: Console.width)
      print(lines.joined(separator: "\n"))
    } else {
      try watch(folder, on: terminal)
    }
  }

  private func watch(_ folder: AblationFolder, on terminal: Terminal) throws {
    let interruption = Interruption.fromSignals()
    var screen = LiveText(terminal)
    defer { screen.finish() }
    while true {
      let status = try AblationStatus(of: folder)
      // The last column and the last line stay free, so that nothing wraps or scrolls.
      screen.draw(AblationTable(status).lines(width: terminal.width() - 1, height: terminal.height() - 1))
      if status.hasEnded { return }
      let end = ProcessInfo.processInfo.systemUptime + interval
      while ProcessInfo.processInfo.systemUptime < end {
        if interruption.isRequested { return }
        Thread.sleep(forTimeInterval: min(0.05, interval))
      }
    }
  }

  private static func folder(_ text: String) throws -> AblationFolder {
    if let url = RunLocation.ablation(text) { return try AblationFolder(opening: url) }
    if !text.isEmpty, FileManager.default.fileExists(atPath: text) {
      return try AblationFolder(opening: URL(fileURLWithPath: text))
    }
    throw Failure(
      .usage,
      "no ablation \"\(text)\"" + suggestion(for: text, among: RunLocation.ablationNames)
        + "; give its folder, or its name under \(RunLocation.parent)/")
  }
}
