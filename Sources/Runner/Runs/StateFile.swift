import Foundation
import Storage
import Torch

/// Checkpoints of training states: a ``CheckpointFile`` that says in its metadata that it is one.
enum StateFile {
  private static let key = "format"
  private static let format = "moca-checkpoint-1"

  static func write(_ records: [TensorRecord], metadata: [String: String], to url: URL) throws {
    try CheckpointFile.write(records, metadata: metadata.merging([key: format]) { $1 }, to: url)
  }

  /// - Throws: ``CheckpointError`` for a file that is damaged, or of another program or version.
  static func read(_ url: URL) throws -> (records: [TensorRecord], metadata: [String: String]) {
    let content = try CheckpointFile.read(url)
    if content.metadata[key] != format {
      let found = content.metadata[key].map { "its format is \"\($0)\"" } ?? "it names no format"
      throw CheckpointError.notACheckpoint(
        path: url.path, reason: "\(found), where a checkpoint of moca has \"\(format)\"")
    }
    return content
  }
}
