import Foundation
import Storage

/// What a ``Trainer`` reports, in the order in which it happens.
public enum TrainingEvent: Sendable {
  /// So many of the images are read, or packed for the cache; `total` where it is known.
  case packing(done: Int, total: Int?, what: String)
  /// All images are there.
  case packed
  /// A checkpoint is damaged; the one before it is tried.
  case passedOver(RunFolder.Checkpoint, CheckpointError)
  /// The steps begin, behind those that earlier trainings took.
  case started(completed: Int, total: Int)
  /// Held-out images were scored.
  case evaluated(step: Int, HeldOutScores)
  /// A line of the log was written: the means of the steps since the last line.
  case logged(step: Int, means: [(name: String, value: Double)])
  /// A checkpoint is on the disk.
  case saved(step: Int, URL)
  /// A step was taken, and what was due after it is done.
  case step(Int)
  /// No more steps are taken: the run is complete, or an error follows.
  case ended(step: Int)
}
