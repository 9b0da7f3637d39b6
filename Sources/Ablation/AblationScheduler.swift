import Files
import Foundation
import Runner
import Synchronization

/// Works on the cells of an ablation until none is left, several at a time, beside other processes on the same folder.
public final class AblationScheduler: Sendable {
  /// What a caller decides.
  public struct Options: Sendable {
    /// Cells at the same time.
    public var jobs = 1
    /// Seconds that a cell may take.
    public var timeLimit: Double?
    /// Only these cells, by name; all where it is empty.
    public var only: Set<String> = []

    /// The defaults.
    public init() {}
  }

  /// What happens while it works.
  public enum Event: Sendable {
    case started(AblationCell)
    case ended(AblationCell, CellOutcome)
  }

  private struct Progress {
    var tried: Set<String> = []
    var failure: (any Error)?
  }

  private let folder: AblationFolder
  private let options: Options
  private let interruption: Interruption
  private let runner: CellRunner
  /// How cells ended badly before this start: they are tried again, unless another process has done so meanwhile.
  private let earlier: [String: CellOutcome]
  private let report: @Sendable (Event) -> Void
  private let progress = Mutex(Progress())

  /// Prepares the work.
  ///
  /// - Throws: `StorageError` where an outcome cannot be read.
  public init(
    _ folder: AblationFolder, build: Build, options: Options, interruption: Interruption = Interruption(),
    report: @escaping @Sendable (Event) -> Void = { _ in }
  ) throws {
    self.folder = folder
    self.options = options
    self.interruption = interruption
    self.report = report
    earlier = try folder.definition.cells.reduce(into: [:]) { $0[$1.name] = try folder.outcome(of: $1) }
    runner = CellRunner(
      folder: folder, build: build, timeLimit: options.timeLimit, interruption: interruption)
  }

  /// Runs what is left, and waits for cells that other processes have.
  ///
  /// - Throws: ``AblationError/interrupted(path:)``, ``AblationError/programChanged(path:)``; `StorageError` for the
  ///   disk. After each of them nothing new is started.
  public func run() throws {
    let count = max(1, min(options.jobs, folder.definition.cells.count))
    let workers = (0..<count).map { _ in
      let done = DispatchSemaphore(value: 0)
      let thread = Thread { [self] in
        work()
        done.signal()
      }
      thread.stackSize = 4 << 20
      thread.start()
      return done
    }
    for worker in workers { worker.wait() }
    if let failure = progress.withLock({ $0.failure }) { throw failure }
    if interruption.isRequested { throw AblationError.interrupted(path: folder.url.shownPath) }
  }

  /// One worker: takes a cell, works on it, and looks for the next.
  private func work() {
    while !interruption.isRequested, progress.withLock({ $0.failure == nil }) {
      do {
        if let (cell, claim) = try next() {
          defer { claim.release() }
          report(.started(cell))
          if let outcome = try runner.run(cell, claim: claim) {
            report(.ended(cell, outcome))
          } else {
            // Another machine has taken the cell: it is waited for like every other that someone else has.
            progress.withLock { _ = $0.tried.remove(cell.name) }
          }
        } else if try isFinished() {
          return
        } else {
          usleep(250_000)
        }
      } catch is CellRunner.Stop {
        return
      } catch {
        progress.withLock { $0.failure = $0.failure ?? error }
        return
      }
    }
  }

  private var cells: [AblationCell] {
    folder.definition.cells.filter { options.only.isEmpty || options.only.contains($0.name) }
  }

  /// A cell that nobody has and that is not finished, claimed for this worker. Each is tried once.
  private func next() throws -> (AblationCell, CellClaim)? {
    for cell in cells {
      if progress.withLock({ $0.tried.contains(cell.name) }) { continue }
      if try isFinal(cell) { continue }
      guard let claim = try CellClaim.take(folder.claimURL(of: cell)) else { continue }
      // Another process may have finished it between the look and the claim.
      if try isFinal(cell) || !progress.withLock({ $0.tried.insert(cell.name).inserted }) {
        claim.release()
        continue
      }
      return (cell, claim)
    }
    return nil
  }

  /// Whether every cell was tried here, or has ended elsewhere.
  private func isFinished() throws -> Bool {
    try cells.allSatisfy { cell in
      let isTried = progress.withLock { $0.tried.contains(cell.name) }
      return try isTried || folder.outcome(of: cell) != nil && isFree(cell)
    }
  }

  /// Whether nobody has a cell; what a process that is gone left of its claim is removed.
  private func isFree(_ cell: AblationCell) throws -> Bool {
    let url = folder.claimURL(of: cell)
    guard FileManager.default.fileExists(atPath: url.path) else { return true }
    guard let claim = try CellClaim.take(url) else { return false }
    claim.release()
    return true
  }

  /// Whether a cell need not be run: it has its scores, would end the same way again, or was tried by another process
  /// meanwhile.
  private func isFinal(_ cell: AblationCell) throws -> Bool {
    guard let outcome = try folder.outcome(of: cell) else { return false }
    return outcome.isFinal || outcome != earlier[cell.name]
  }
}
