/// An error that says what kind of thing went wrong, so that whoever reports it need not know every error there is.
///
/// Its description names what was found, what is allowed and what to do, in words that hold wherever the library is
/// used: the flags and commands that help are added by the command line.
public protocol Fault: Error, CustomStringConvertible {
  /// What kind of thing went wrong.
  var fault: FaultKind { get }
}

/// What kind of thing went wrong.
public enum FaultKind: Sendable {
  /// Something was asked for that cannot be: a name, a value, a place, or two choices together.
  case usage
  /// Files hold something other than they should.
  case data
  /// The system refused to read or write: no space, no permission, a failing disk.
  case disk
  /// The person or the system asked to stop.
  case interrupted
  /// Anything else.
  case other
}
