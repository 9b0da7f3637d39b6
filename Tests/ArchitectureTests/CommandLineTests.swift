import Foundation
import Testing

/// Whoever uses the library without its command line must not be told to type a flag.
@Suite("The library does not speak command line")
struct CommandLineTests {
  /// Files that call programs, this one or others, and so write their flags.
  private static let callers: Set = ["CellCommands.swift", "Download.swift", "SlurmLauncher.swift"]
  private static let commandLine: Set = ["MoCACommand", "moca"]
  private static let sources = Sources()

  /// The names of the commands, as they declare themselves.
  private static var commands: Set<String> {
    let files = sources.targets.filter { commandLine.contains($0.name) }.flatMap(\.allFiles)
    return Set(files.flatMap { $0.text.matches(of: /commandName: "([a-z]+)"/).map { String($0.1) } })
  }

  @Test("no text of a library target names a flag or a command of this program")
  func words() {
    let commands = Self.commands
    #expect(commands.isSuperset(of: ["train", "evaluate", "ablate", "download"]))
    let files = Self.sources.targets.filter { !Self.commandLine.contains($0.name) }.flatMap(\.allFiles)
      .filter { $0.path.hasSuffix(".swift") }
    let names = files.map { String($0.path.split(separator: "/").last ?? "") }
    #expect(files.count > 200 && Self.callers.isSubset(of: names))
    for (file, name) in zip(files, names) where !Self.callers.contains(name) {
      for (number, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        // Without comments what is left of a flag or a command stands in a string: it is no Swift.
        let code = line.replacing(/(^|\s)\/\/.*/, with: "")
        let calls = code.matches(of: /\bmoca ([a-z]+)/).filter { commands.contains(String($0.1)) }
        #expect(!code.contains(/--[a-z]/) && calls.isEmpty, "\(file.path):\(number + 1): \(code)")
      }
    }
  }
}
