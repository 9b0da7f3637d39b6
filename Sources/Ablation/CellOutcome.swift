import Foundation

/// How a cell of an ablation ended. Kept in `outcomes/NAME.json` once it did.
public struct CellOutcome: Codable, Sendable, Equatable {
  /// The ways to end.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// Trained to the last step and scored, where scores are wanted.
    case done
    /// Trained to the last step, but the reconstruction error ended above its first value.
    case diverged
    /// A term of the loss or a weight became infinite or NaN.
    case notFinite = "not finite"
    /// Memory ran out, on the device or on the machine.
    case outOfMemory = "out of memory"
    /// It took longer than it was given.
    case timedOut = "timed out"
    /// A signal ended it.
    case killed
    /// Anything else; ``CellOutcome/reason`` tells.
    case failed
  }

  /// The cell's key; an outcome of another key is none of this cell's.
  public var key: String
  /// How it ended.
  public var state: State
  /// What was said about it, for every state but `done`.
  public var reason: String?
  /// The term of the loss or the tensor that was not finite.
  public var term: String?
  /// The step at which it ended.
  public var step: Int?
  /// Seconds that its processes ran, at its last start.
  public var seconds: Double
  /// The most memory that one of its processes held, in bytes; `nil` where the system does not tell.
  public var peakMemory: Int?
  /// The same of the process that trained it.
  public var trainingMemory: Int?
  /// What was built that ran it.
  public var build: String
  /// What a person types to have it again.
  public var command: String
  /// SHA-256 of the files that make up the result, by their path in the run folder.
  public var digests: [String: String]

  /// Whether the cell has scores: it was trained to the end.
  public var isScored: Bool { state == .done || state == .diverged }

  /// Whether it need not be run again: it has scores, or would end the same way.
  public var isFinal: Bool { isScored || state == .notFinite }
}
