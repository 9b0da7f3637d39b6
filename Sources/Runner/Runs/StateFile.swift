import Foundation
import Storage
import Torch

/// Checkpoints of training states: a `CheckpointFile` that says in its metadata that it is one.
enum StateFile {
  /// What was read: the tensors that were asked for, and the metadata.
  typealias Content = (records: [TensorRecord], metadata: [String: String])

  private static let key = "format"
  private static let format = "moca-checkpoint-1"

  static func write(_ records: [TensorRecord], metadata: [String: String], to url: URL) throws {
    try CheckpointFile.write(records, metadata: metadata.merging([key: format]) { $1 }, to: url)
  }

  /// Reads the first of some checkpoints whose wanted tensors can all be read; the others are passed over. `nil` where
  /// there is none at all.
  ///
  /// - Throws: The first one's `CheckpointError` where none can be read, and one for a file of another program or
  ///   version; `StorageError` for the disk.
  static func readFirst(
    of checkpoints: some Sequence<RunFolder.Checkpoint>,
    where isWanted: (_ name: String) -> Bool = { _ in true },
    skipped: (RunFolder.Checkpoint, CheckpointError) -> Void = { _, _ in }
  ) throws -> (checkpoint: RunFolder.Checkpoint, content: Content)? {
    let found = try checkpoints.firstReadable(skipped: skipped) {
      try CheckpointFile.read($0.url, where: isWanted)
    }
    guard let (checkpoint, content) = found else { return nil }
    if content.metadata[key] != format {
      let found = content.metadata[key].map { "its format is \"\($0)\"" } ?? "it names no format"
      throw CheckpointError.notACheckpoint(
        path: checkpoint.url.path, reason: "\(found), where a checkpoint of moca has \"\(format)\"")
    }
    return (checkpoint, content)
  }
}
