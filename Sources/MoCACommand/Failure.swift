import ArgumentParser
import Datasets
import Extractors
import Foundation
import Metrics
import MoCAProtocols
import Runner

/// An error as the command line reports it: a message and an exit code. Every error becomes one here.
struct Failure: Error {
  /// The exit codes, as `sysexits.h` has them.
  enum Code: Int32 {
    case other = 1
    case usage = 64
    case data = 65
    case disk = 74
  }

  let message: String
  let exitCode: Int32

  init(_ code: Code, _ message: String) {
    self.init(message: message, exitCode: code.rawValue)
  }

  init(message: String, exitCode: Int32) {
    self.message = message
    self.exitCode = exitCode
  }

  init(_ error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as ConfigurationError: self.init(.usage, error.description)
    case let error as DataError: self.init(Self.code(of: error), error.description)
    case let error as StorageError: self.init(message: error.description, exitCode: error.exitCode)
    case let error as CheckpointError: self.init(message: error.description, exitCode: error.exitCode)
    case let error as TrainingError: self.init(message: error.description, exitCode: error.exitCode)
    case let error as StateError:
      self.init(.data, "\(error); the checkpoint belongs to another configuration or another version")
    case let error as AblationError: self.init(message: error.description, exitCode: error.exitCode)
    case let error as EvaluationError: self.init(message: error.description, exitCode: error.exitCode)
    case let error as ComparisonError: self.init(message: error.description, exitCode: error.exitCode)
    case ImageScoreError.tooFew: self.init(.usage, "\(error); --allow-few computes what it can")
    case let error as ImageScoreError: self.init(.data, error.description)
    case let error as CodeError: self.init(.data, error.description)
    case let error as WeightError: self.init(.data, error.description)
    case let error as ClassifierWeightsError: self.init(.data, error.description)
    case let error as ShippedWeightsError: self.init(.data, error.description)
    case let error as SamplerError: self.init(.data, error.description)
    case let error as SafetensorsError: self.init(.data, error.description)
    case let error as TorchError: self.init(.other, error.description)
    case let error as any CustomStringConvertible: self.init(.other, error.description)
    default: self.init(.other, error.localizedDescription)
    }
  }

  private static func code(of error: DataError) -> Code {
    switch error {
    case .disk: .disk
    case .needsPath: .usage
    default: .data
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
      return failure.exitCode
    }
    if parserExit.isSuccess {
      print(parserExit.text)
      return 0
    }
    Console.error(lowercasedStart(parserExit.message) + sectionHint(arguments))
    Console.note(parserExit.usage)
    return Code.usage.rawValue
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
