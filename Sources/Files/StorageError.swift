import Foundation

/// What can go wrong with files and folders, apart from what is inside a checkpoint.
public enum StorageError: Fault, Equatable {
  /// A run of that name is there already.
  case exists(path: String)
  /// There is nothing at the path; `what` says what was looked for.
  case missing(path: String, what: String)
  /// The folder is there but lacks the file that would make it what was asked for, as in `a run`.
  case unmarked(path: String, kind: String, marker: String, advice: String)
  /// Another process trains in the folder.
  case locked(path: String, holder: String?)
  /// The operating system refused: no space, no permission, a failing disk.
  case disk(path: String, reason: String)

  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists already; choose another name"
    case .missing(let path, let what): "\(path): no such \(what); check the path"
    case .unmarked(let path, let kind, let marker, let advice):
      "\(path) is not \(kind): it holds no \(marker); \(advice)"
    case .locked(let path, let holder):
      "\(path) is in use by another process\(holder.map { " (\($0))" } ?? ""); wait until it ends or stop it"
    case .disk(let path, let reason): "\(path): \(reason)"
    }
  }

  public var fault: FaultKind {
    switch self {
    case .exists, .missing, .unmarked: .usage
    case .locked: .other
    case .disk: .disk
    }
  }

  /// The error for the failure of a system call on `path`, read from `errno` by the caller.
  package static func system(_ code: Int32, path: String, action: String, what: String = "file")
    -> StorageError
  {
    switch code {
    case ENOENT: return .missing(path: path, what: what)
    case ENOSPC, EDQUOT, EFBIG:
      let reason = String(cString: strerror(code))
      return .disk(path: path, reason: "\(action): \(reason); free some space, or choose another folder")
    default: return .disk(path: path, reason: "\(action): \(String(cString: strerror(code)))")
    }
  }
}
