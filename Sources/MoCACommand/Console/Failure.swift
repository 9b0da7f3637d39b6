import Ablation
import ArgumentParser
import Comparison
import Datasets
import Evaluation
import Extractors
import Files
import Foundation
import Metrics
import MoCAProtocols
import Runner
import Storage

/// An error as the command line reports it: a message and an exit code. Every error becomes one here.
struct Failure: Error {
  /// The exit codes, as `sysexits.h` has them.
  enum Code: Int32 {
    case other = 1
    case usage = 64
    case data = 65
    case disk = 74
  }

  /// What is printed behind `error: `.
  let message: String
  /// What the process ends with.
  let exitCode: Int32

  /// A failure that a command finds itself.
  init(_ code: Code, _ message: String) {
    self.init(message: message, exitCode: code.rawValue)
  }

  /// A failure with any exit code.
  init(message: String, exitCode: Int32) {
    self.message = message
    self.exitCode = exitCode
  }

  /// The failure for an error from below.
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
