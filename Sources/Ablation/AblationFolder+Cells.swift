import Files
import Foundation
import Runner

extension AblationFolder {
  /// Writes how a cell ended.
  ///
  /// - Throws: `StorageError`.
  func write(_ outcome: CellOutcome, of cell: AblationCell) throws {
    try AtomicFile.write(try JSONEncoder.readable.encode(outcome) + [0x0A], to: outcomeURL(of: cell))
  }

  /// SHA-256 of the files that make up a cell's result: configuration, curves, last checkpoint and scores.
  ///
  /// - Throws: `StorageError`.
  func resultDigests(of cell: AblationCell) throws -> [String: String] {
    let run = try RunFolder(opening: runURL(of: cell))
    var files = [RunFolder.configurationName, "metrics.jsonl"]
    if let latest = run.latest { files.append("checkpoints/\(latest.url.lastPathComponent)") }
    let scores = (try? FileManager.default.contentsOfDirectory(atPath: run.evaluationURL.path)) ?? []
    files += scores.filter { $0.hasSuffix(".json") }.sorted().map { "evaluation/\($0)" }
    return try Dictionary(
      uniqueKeysWithValues: files.map { ($0, try Digest.file(run.url.appendingPathComponent($0))) })
  }

  /// Finished cells whose files are not those that they ended with. Scores that were added later do not count.
  ///
  /// - Throws: `StorageError`.
  public func editedCells(only: Set<String> = []) throws -> [(cell: String, what: String)] {
    try definition.cells.compactMap { cell in
      guard only.isEmpty || only.contains(cell.name), let outcome = try outcome(of: cell), outcome.isScored
      else { return nil }
      for (file, digest) in outcome.digests.sorted(by: { $0.key < $1.key }) {
        let url = runURL(of: cell).appendingPathComponent(file)
        guard FileManager.default.fileExists(atPath: url.path) else {
          return (cell.name, "\(file) is missing")
        }
        if try Digest.file(url) != digest { return (cell.name, "\(file) was changed") }
      }
      return nil
    }
  }

  /// The cells that a start would run.
  ///
  /// - Throws: `StorageError`.
  public func unfinishedCells() throws -> [AblationCell] {
    try definition.cells.filter { try outcome(of: $0)?.isFinal != true }
  }

  /// Takes back a cell's outcome and its run, so that it is run anew.
  ///
  /// - Throws: `StorageError` where a process works on it.
  public func reset(_ cell: AblationCell) throws {
    let claim = try CellClaim.demand(claimURL(of: cell), for: runURL(of: cell))
    defer { claim.release() }
    // The outcome goes last: with it, what is left of a run that was removed in part is known to be no result.
    for url in [runURL(of: cell), outcomeURL(of: cell)] { _ = try DiskUsage.remove(url) }
  }
}
