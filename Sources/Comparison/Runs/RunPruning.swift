import Ablation
import Files
import Foundation
import PluginKit
import Runner
import Storage

/// What goes when runs are pruned: looked up first, shown, and removed only then.
package struct RunPruning: Sendable {
  /// What stays of a run.
  package enum Rest: Sendable, Equatable {
    /// The newest checkpoint.
    case latest
    /// The best checkpoint.
    case best
    /// Both of them.
    case both
    /// So many of the newest and, as in training, the best.
    case newest(Int)
    /// Nothing: the whole folder goes.
    case nothing
  }

  /// Why nothing of a run may go.
  package enum Refusal: Sendable, Equatable, CustomStringConvertible {
    /// A process works on it; who, in words.
    case inUse(String)
    /// It is a finished cell of an ablation.
    case finishedCell
    /// Of what would stay nothing can be read.
    case damaged(reason: String)

    package var description: String {
      switch self {
      case .inUse(let user): user
      case .finishedCell: "a finished cell: its files are part of the ablation's result"
      case .damaged(let reason): "what would stay cannot be read: \(reason)"
      }
    }
  }

  /// One run and what goes of it.
  package struct Item: Sendable {
    /// The run.
    package let run: ListedRun
    /// Files that go, or the run's folder.
    package let urls: [URL]
    /// The bytes that come free.
    package let byteCount: Int
    /// Why nothing of it may go.
    package let refusal: Refusal?
    /// What its owner should know before.
    package let note: String?
  }

  /// What is left of each run.
  package let rest: Rest
  /// The runs of which something would go, and those that are refused.
  package let items: [Item]

  /// Looks up what would go; nothing is changed.
  ///
  /// - Parameter includesDone: Whether finished cells of ablations may be touched.
  /// - Throws: `StorageError` where checkpoints cannot be listed.
  package init(_ runs: [ListedRun], keeping rest: Rest, includesDone: Bool = false, now: Date = Date()) throws
  {
    self.rest = rest
    items = try runs.compactMap { run in
      let kept = rest == .nothing ? [] : try Self.kept(of: run, rest)
      let urls =
        rest == .nothing ? [run.url] : try Self.checkpoints(of: run).filter { !kept.contains($0) }.map(\.url)
      if urls.isEmpty { return nil }
      let refusal =
        Self.user(of: run, now) ?? (includesDone ? nil : Self.owner(of: run)) ?? Self.damage(of: kept, rest)
      return Item(
        run: run, urls: urls, byteCount: refusal == nil ? DiskUsage.freed(byRemoving: urls) : 0,
        refusal: refusal,
        note: Self.note(on: run, kept))
    }
  }

  /// Removes what an item names, under the run's lock and, for a cell, its claim.
  ///
  /// - Returns: The bytes that came free.
  /// - Throws: `StorageError.locked` where a process has taken up the run meanwhile; `StorageError`.
  package func remove(_ item: Item) throws -> Int {
    let claims = try Self.claims(of: item.run)
    defer { for claim in claims { claim.release() } }
    let lock = try FolderLock(folder: item.run.url)
    defer { withExtendedLifetime(lock) {} }
    if rest == .nothing {
      // A process that is killed meanwhile leaves a run, so that the rest is found again.
      return try DiskUsage.remove(item.run.url, last: [RunFolder.configurationName, FolderLock.fileName])
    }
    var freed = 0
    for url in item.urls { freed += try DiskUsage.remove(url) }
    let folder = try RunFolder(opening: item.run.url)
    if folder.latest == nil, let newest = try folder.checkpoints().last {
      try folder.markLatest(step: newest.step)
    }
    let best = folder.checkpointsURL.appendingPathComponent("best")
    if folder.best == nil, FileManager.default.fileExists(atPath: best.path) {
      freed += try DiskUsage.remove(best)
    }
    return freed
  }
}

extension RunPruning {
  private static func checkpoints(of run: ListedRun) throws -> [RunFolder.Checkpoint] {
    run.state == .damaged ? [] : try RunFolder(opening: run.url).checkpoints()
  }

  /// The checkpoints that stay: at least one of those that are there.
  private static func kept(of run: ListedRun, _ rest: Rest) throws -> [RunFolder.Checkpoint] {
    let all = try checkpoints(of: run)
    guard let newest = all.last else { return [] }
    let best = try RunFolder(opening: run.url).best
    switch rest {
    case .latest: return [newest]
    case .best: return [best ?? newest]
    case .both: return [best ?? newest, newest]
    case .newest(let count): return all.suffix(max(1, count)) + [best ?? newest]
    case .nothing: return []
    }
  }

  /// Who works on the run: its lock, or a cell's claim that is still renewed.
  private static func user(of run: ListedRun, _ now: Date) -> Refusal? {
    if let holder = FolderLock.holder(of: run.url) { return .inUse("in use by another process (\(holder))") }
    let owners = run.cells.lazy.compactMap { CellClaim.liveOwner(of: part("claims", of: $0), now: now) }
    return owners.first.map { .inUse("process \($0.process) on \($0.host) works on this cell") }
  }

  /// The right to the cells that a run is, so that nobody begins to work on it meanwhile. Several paths may lead to one
  /// cell.
  private static func claims(of run: ListedRun) throws -> [CellClaim] {
    let urls = run.cells.map { cell in
      part(
        "claims",
        of: cell.deletingLastPathComponent().resolvingSymlinksInPath()
          .appendingPathComponent(cell.lastPathComponent))
    }
    return try urls.map(\.path).uniqued().map { URL(fileURLWithPath: $0) }.filter {
      FileManager.default.fileExists(atPath: $0.deletingLastPathComponent().path)
    }.map { try CellClaim.demand($0, for: run.url) }
  }

  /// Why a cell of an ablation must stay as it is.
  private static func owner(of run: ListedRun) -> Refusal? {
    let outcomes = run.cells.map { part("outcomes", of: $0).appendingPathExtension("json") }
    return outcomes.contains { FileManager.default.fileExists(atPath: $0.path) } ? .finishedCell : nil
  }

  /// What an ablation keeps of a cell in one of its folders.
  private static func part(_ folder: String, of cell: URL) -> URL {
    cell.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(folder)
      .appendingPathComponent(cell.lastPathComponent)
  }

  /// Keeps what can be read from going while only what cannot be read stays.
  private static func damage(of kept: [RunFolder.Checkpoint], _ rest: Rest) -> Refusal? {
    if rest == .nothing { return nil }
    var reason: String?
    for checkpoint in kept.reversed() {
      do {
        try CheckpointFile.verify(checkpoint.url)
        return nil
      } catch {
        reason = reason ?? "\(error)"
      }
    }
    return reason.map(Refusal.damaged)
  }

  private static func note(on run: ListedRun, _ kept: [RunFolder.Checkpoint]) -> String? {
    guard run.state == .interrupted, let last = kept.map(\.step).max(),
      let newest = (try? checkpoints(of: run))?.last?.step, newest > last
    else { return nil }
    return "would then continue from step \(last) instead of \(newest)"
  }
}
