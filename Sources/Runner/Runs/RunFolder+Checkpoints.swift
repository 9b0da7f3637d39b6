import Files
import Foundation
import Storage

extension RunFolder {
  /// A checkpoint of the run.
  public struct Checkpoint: Sendable, Equatable {
    /// The optimizer steps that it has behind it.
    public let step: Int
    /// The file.
    public let url: URL
  }

  private static let checkpointSuffix = ".safetensors.zst"

  /// Where the checkpoint of a step belongs.
  public func checkpointURL(step: Int) -> URL {
    checkpointsURL.appendingPathComponent(Self.stepName(step) + Self.checkpointSuffix)
  }

  /// The checkpoints that are there, by step. Other files in the folder are passed over.
  ///
  /// - Throws: `StorageError` if the folder cannot be listed.
  public func checkpoints() throws -> [Checkpoint] {
    guard FileManager.default.fileExists(atPath: checkpointsURL.path) else { return [] }
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: checkpointsURL.path)
      return names.compactMap(checkpoint).sorted { $0.step < $1.step }
    } catch {
      throw StorageError.disk(
        path: checkpointsURL.path, reason: "cannot be listed: \(error.localizedDescription)")
    }
  }

  /// The checkpoint that was written last, as the file `latest` says; `nil` if it says nothing usable.
  public var latest: Checkpoint? { pointer("latest") }

  /// The checkpoint with the best score so far, as the file `best` says; `nil` if it says nothing usable.
  public var best: Checkpoint? { pointer("best") }

  /// Notes the checkpoint of `step`, which must be on the disk, as the latest.
  ///
  /// - Throws: `StorageError`.
  public func markLatest(step: Int) throws { try setPointer("latest", step: step) }

  /// Notes the checkpoint of `step`, which must be on the disk, as the best.
  ///
  /// - Throws: `StorageError`.
  public func markBest(step: Int) throws { try setPointer("best", step: step) }

  /// Removes all but the last `count` checkpoints; the latest and the best always stay.
  ///
  /// - Returns: What was removed.
  /// - Throws: `StorageError`.
  @discardableResult
  public func prune(keeping count: Int) throws -> [Checkpoint] {
    let kept = [latest, best].compactMap { $0 }
    let removable = try checkpoints().dropLast(max(count, 1)).filter { !kept.contains($0) }
    for checkpoint in removable {
      guard unlink(checkpoint.url.path) == 0 || errno == ENOENT else {
        throw StorageError.system(errno, path: checkpoint.url.path, action: "cannot be removed")
      }
    }
    return removable
  }

  private func pointer(_ name: String) -> Checkpoint? {
    let url = checkpointsURL.appendingPathComponent(name)
    guard let text = try? String(contentsOf: url, encoding: .utf8),
      let checkpoint = checkpoint(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      FileManager.default.fileExists(atPath: checkpoint.url.path)
    else { return nil }
    return checkpoint
  }

  private func setPointer(_ name: String, step: Int) throws {
    let target = checkpointURL(step: step)
    guard FileManager.default.fileExists(atPath: target.path) else {
      throw StorageError.missing(path: target.path, what: "checkpoint")
    }
    let text = target.lastPathComponent + "\n"
    try AtomicFile.write(Data(text.utf8), to: checkpointsURL.appendingPathComponent(name))
  }

  /// The checkpoint of a file name; `nil` for every name that ``checkpointURL(step:)`` does not give.
  private func checkpoint(_ name: String) -> Checkpoint? {
    guard name.hasPrefix("step-"), name.hasSuffix(Self.checkpointSuffix),
      let step = Int(name.dropFirst(5).dropLast(Self.checkpointSuffix.count)),
      checkpointURL(step: step).lastPathComponent == name
    else { return nil }
    return Checkpoint(step: step, url: checkpointURL(step: step))
  }
}

extension Sequence<RunFolder.Checkpoint> {
  /// The first checkpoint that `read` can read, and what it has read; `nil` where there is none at all.
  ///
  /// - Parameters:
  ///   - skipped: Told about each checkpoint before it, which is damaged.
  ///   - read: Throws a `CheckpointError` for a checkpoint that shall be passed over.
  /// - Throws: The first one's `CheckpointError` where there are checkpoints and none can be read; what else `read`
  ///   throws.
  package func firstReadable<Content>(
    skipped: (RunFolder.Checkpoint, CheckpointError) -> Void = { _, _ in },
    by read: (RunFolder.Checkpoint) throws -> Content
  ) throws -> (checkpoint: RunFolder.Checkpoint, content: Content)? {
    var firstError: CheckpointError?
    for checkpoint in self {
      do {
        return (checkpoint, try read(checkpoint))
      } catch let error as CheckpointError {
        skipped(checkpoint, error)
        firstError = firstError ?? error
      }
    }
    if let firstError { throw firstError }
    return nil
  }
}
