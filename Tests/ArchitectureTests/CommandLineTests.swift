import Foundation
import Testing

/// Whoever uses the library without its command line must not be told to type a flag.
@Suite("The library does not speak command line")
struct CommandLineTests {
  /// Files that call programs, this one or others, and so write their flags.
  private static let callers: Set<String> = ["CellCommands.swift", "Download.swift", "SlurmLauncher.swift"]

  private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")

  private static func files(where isIncluded: (String) -> Bool) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(atPath: sources.path).filter(isIncluded).flatMap { target in
      let walk = FileManager.default.enumerator(
        at: sources.appendingPathComponent(target), includingPropertiesForKeys: nil)
      return walk?.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
    }
  }

  /// The lines without comments. What is left of a flag or a command can stand in a string only: it is no Swift.
  private static func code(of file: URL) throws -> [(number: Int, text: Substring)] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated().map { number, line in
        (number + 1, line.prefix(upTo: line.firstRange(of: comment)?.lowerBound ?? line.endIndex))
      }
  }

  nonisolated(unsafe) private static let comment = /(^|\s)\/\/.*/
  nonisolated(unsafe) private static let flag = /--[a-z]/

  /// The names of the commands, as they declare themselves.
  private static func commands() throws -> Set<String> {
    let names = try files { $0 == "MoCACommand" }.flatMap { file in
      try String(contentsOf: file, encoding: .utf8).matches(of: /commandName: "([a-z]+)"/).map {
        String($0.1)
      }
    }
    return Set(names).subtracting(["moca"])
  }

  @Test("no text of a library target names a flag or a command of this program")
  func words() throws {
    let commands = try Self.commands()
    #expect(commands.isSuperset(of: ["train", "evaluate", "ablate", "download"]))
    let isCommand = { (line: Substring) in
      line.matches(of: /\bmoca ([a-z]+)/).contains { commands.contains(String($0.1)) }
    }
    let files = try Self.files { !["MoCACommand", "moca"].contains($0) }
    #expect(files.count > 200, "the sources were not found")
    #expect(Self.callers.isSubset(of: files.map(\.lastPathComponent)))
    for file in files where !Self.callers.contains(file.lastPathComponent) {
      for line in try Self.code(of: file) where line.text.contains(Self.flag) || isCommand(line.text) {
        Issue.record("\(file.lastPathComponent):\(line.number) speaks command line: \(line.text)")
      }
    }
  }
}
