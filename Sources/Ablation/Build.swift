import Evaluation
import Files
import Foundation
import MoCAProtocols
import Runner

/// The running program: its file, and what was built.
public struct Build: Sendable, CustomStringConvertible {
  /// As in `MoCA 0.1.0, libtorch 2.13.0, program sha256:…`.
  public let description: String
  /// The program's file.
  public let program: URL
  /// What told the file from one that would replace it, before it was read.
  private let identity: String?

  /// Looks at the running program.
  ///
  /// - Throws: `StorageError` where its own file is not found or cannot be read.
  public init() throws {
    guard let program = Bundle.main.executableURL else {
      throw StorageError.disk(path: CommandLine.arguments[0], reason: "is not found as the running program")
    }
    self.program = program
    identity = Self.identity(of: program)
    description = "\(RunRecord.program), program \(try Digest.file(program))"
  }

  /// Whether another file has taken the program's place since: what it would start is of another build.
  var isReplaced: Bool { Self.identity(of: program) != identity }

  /// Place, size and time of a file.
  private static func identity(of file: URL) -> String? {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return nil }
    let time = status.st_mtim
    return "\(status.st_dev) \(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
  }
}
