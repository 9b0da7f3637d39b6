import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner

/// An error as the command line reports it: a message and an exit code. Every error becomes one here.
struct Failure: Error {
  /// What is printed behind `error: `.
  let message: String
  /// What kind of thing went wrong.
  let fault: FaultKind

  /// A failure that a command finds itself.
  init(_ fault: FaultKind, _ message: String) {
    self.message = message
    self.fault = fault
  }

  /// The failure for an error from below, with the flags and commands that help.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any Fault & Hinted: self.init(error.fault, error.message)
    case let error as any Fault: self.init(error.fault, error.description)
    case let error as any CustomStringConvertible: self.init(.other, error.description)
    default: self.init(.other, error.localizedDescription)
    }
  }
}

extension FaultKind {
  /// What the process ends with, as `sysexits.h` and, for an interruption, the shell have it.
  var exitCode: Int32 {
    switch self {
    case .other: 1
    case .usage: 64
    case .data: 65
    case .disk: 74
    case .interrupted: 130
    }
  }
}

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
