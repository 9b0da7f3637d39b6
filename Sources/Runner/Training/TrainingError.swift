import Files

/// Why training stopped before its end.
public enum TrainingError: Fault {
  /// A term of the loss was infinite or NaN.
  case notFinite(term: String, step: Int, value: Double, checkpoint: String?)
  /// λ was to be measured, but the penalty has no gradient at the encoder's features.
  case noWeight(steps: Int)
  /// The person or the system asked to stop; the state is in the checkpoint.
  case interrupted(step: Int, checkpoint: String)
  /// A run was continued with another configuration.
  case differs([Experiment.Difference], run: String)
  /// A run was continued on another kind of device, whose random streams are others.
  case otherDevice(expected: String, found: String)
  /// The data are not those that the run was trained on.
  case otherData(expected: String, found: String)

  public var description: String {
    switch self {
    case .notFinite(let term, let step, let value, let checkpoint):
      "the \(term) became \(value) at step \(step); "
        + (checkpoint.map { "the last good checkpoint is \($0); " } ?? "there is no checkpoint before it; ")
        + "try a smaller optimizer.learningRate, optimizer.gradientClip=1 or a smaller regularizer.weight"
    case .noWeight(let steps):
      "regularizer.weight=auto found no gradient of the penalty at the encoder's features in \(steps) steps: this "
        + "penalty does not reach the encoder; give regularizer.weight a number"
    case .interrupted(let step, let checkpoint): "interrupted after step \(step); saved in \(checkpoint)"
    case .differs(let differences, let run):
      "the configuration differs from that of \(run), which cannot be continued with it:\n"
        + differences.map { "  \($0.key): \($0.mine?.json ?? "absent") → \($0.theirs?.json ?? "absent")" }
        .joined(separator: "\n")
        + "\nleave the overrides out to continue it, or start another run"
    case .otherDevice(let expected, let found):
      "the run was saved on \(expected) and cannot be continued on \(found), whose random streams are others"
    case .otherData(let expected, let found):
      "the images are not those that the run was trained on (their digest is \(found), the run's \(expected)); "
        + "restore the data, or start another run"
    }
  }

  /// Whether the run, continued, would end so again.
  var isLasting: Bool {
    switch self {
    case .notFinite, .noWeight: true
    case .interrupted, .differs, .otherDevice, .otherData: false
    }
  }

  public var fault: FaultKind {
    switch self {
    case .notFinite: .other
    case .interrupted: .interrupted
    case .differs, .otherDevice, .noWeight: .usage
    case .otherData: .data
    }
  }
}
