import Files

/// What can be wrong with a checkpoint file. Nothing of a file that gives one of these has been used.
public enum CheckpointError: Fault, Equatable {
  /// The file is something else.
  case notACheckpoint(path: String, reason: String)
  /// The end of the file is missing.
  case truncated(path: String, reason: String)
  /// The file was changed after it was written; `tensor` is where that shows, if it can be told.
  case corrupt(path: String, tensor: String?, reason: String)
  /// The file declares more bytes than are allowed.
  case tooLarge(path: String, found: Int, limit: Int)
  /// There is not enough memory for the values.
  case outOfMemory(path: String, needed: Int)

  public var description: String {
    switch self {
    case .notACheckpoint(let path, let reason):
      "\(path) is not a checkpoint: \(reason); expected a safetensors file in a zstd stream with a seek table"
    case .truncated(let path, let reason):
      "\(path) is truncated: \(reason); copy the file again or use an earlier checkpoint"
    case .corrupt(let path, let tensor, let reason):
      "\(path) is damaged\(tensor.map { " in tensor \"\($0)\"" } ?? ""): \(reason); "
        + "copy the file again or use an earlier checkpoint"
    case .tooLarge(let path, let found, let limit):
      "\(path) declares \(found) bytes, at most \(limit) are allowed; raise the limit if you trust the file"
    case .outOfMemory(let path, let needed):
      "\(path) needs \(needed) bytes of memory at once, more than there is; read it on a larger machine"
    }
  }

  public var fault: FaultKind {
    switch self {
    case .outOfMemory: .other
    case .notACheckpoint, .truncated, .corrupt, .tooLarge: .data
    }
  }
}
