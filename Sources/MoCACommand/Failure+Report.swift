import ArgumentParser
import Files
import Runner
import Terminal

extension Failure {
  /// Prints what an error has to say and returns the exit code. Help and versions, which ArgumentParser throws
  /// too, go to standard output.
  static func report(_ error: any Error, arguments: [String]) -> Int32 {
    guard let parserExit = ParserExit(error) else {
      let failure = Failure(error)
      Console.error(failure.message)
      return failure.fault.exitCode
    }
    if parserExit.isSuccess {
      print(parserExit.text)
      return 0
    }
    Console.error(lowercasedStart(parserExit.message) + sectionHint(arguments))
    Console.note(parserExit.usage)
    return FaultKind.usage.exitCode
  }

  private static func lowercasedStart(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }

  /// Tells whoever writes a configuration's key as an option how it is written.
  private static func sectionHint(_ arguments: [String]) -> String {
    let sections = Experiment.sections.map(\.name) + CommandContext.catalogs.kinds
    let words = arguments.filter { $0.hasPrefix("--") }.map { $0.dropFirst(2) }
    let isKey = { (word: Substring) in
      word.split(whereSeparator: { ".=".contains($0) }).first.map { sections.contains(String($0)) } ?? false
    }
    guard arguments.first == TrainCommand._commandName, let word = words.first(where: isKey) else {
      return ""
    }
    return "; settings are written without dashes: \(word.contains("=") ? word : word + "=…")"
  }
}

/// An error of ArgumentParser, taken apart.
private struct ParserExit {
  let isSuccess: Bool
  let text: String
  let message: String
  let usage: String

  /// Nothing where the error is not the parser's.
  init?(_ error: any Error) {
    let code = RootCommand.exitCode(for: error)
    let isUsage = code == .validationFailure
    guard code == .success || isUsage else { return nil }
    isSuccess = code == .success
    text = RootCommand.fullMessage(for: error)
    message = RootCommand.message(for: error)
    usage = text.split(separator: "\n").drop { !$0.hasPrefix("Usage:") }.joined(separator: "\n")
  }
}
