import Files

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
