import Foundation
import MoCAProtocols

/// What was built: the versions, and the digest of the running program.
public enum Build {
  /// As in `MoCA 0.1.0, libtorch 2.13.0, program sha256:…`.
  ///
  /// - Throws: ``StorageError`` where the program's own file cannot be read.
  public static func description() throws -> String {
    "\(MetricCard.currentVersion), program \(try Digest.file(executable()))"
  }

  /// What tells a file from one that replaced it: place, size and time.
  static func identity(of file: URL) -> String? {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return nil }
    return "\(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec)"
  }

  /// The file of the running program.
  ///
  /// - Throws: ``StorageError`` where the system does not tell.
  public static func executable() throws -> URL {
    guard let url = Bundle.main.executableURL else {
      throw StorageError.disk(path: CommandLine.arguments[0], reason: "is not found as the running program")
    }
    return url
  }
}
