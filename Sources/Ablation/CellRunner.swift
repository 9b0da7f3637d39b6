import Files
import Foundation
import MoCAProtocols
import Runner

/// Works on one cell: trains it, scores it, and says how it ended.
struct CellRunner {
  /// Why a cell was left without an outcome.
  enum Stop: Error {
    /// The work was to stop.
    case interrupted
  }

  let folder: AblationFolder
  /// The program that runs cells: another one must not do so under its key.
  let build: Build
  /// Seconds that a cell may take, where there is a limit.
  let timeLimit: Double?
  /// Asked between two looks: then the processes are to save what they have and stop.
  let interruption: Interruption

  /// Seconds that a process has to save and stop.
  private static let patience = 60.0

  /// How the wait for a process came to its end.
  private enum Wait {
    case ended
    case timedOut
    case claimLost
  }

  /// Runs a cell that is claimed.
  ///
  /// - Returns: How it ended; it is written down. `nil` where another machine has taken the claim, since this one seemed
  ///   dead, and what it had begun was dropped.
  /// - Throws: ``Stop``, ``AblationError/programChanged(path:)``, and `StorageError` for the disk.
  func run(_ cell: AblationCell, claim: CellClaim) throws -> CellOutcome? {
    // An earlier end that is not final is over once the cell runs again.
    unlink(folder.outcomeURL(of: cell).path)
    let log = try openLog(of: cell)
    defer { close(log) }
    let start = ProcessInfo.processInfo.systemUptime
    var outcome = CellOutcome(
      key: cell.key, state: .failed, reason: nil, term: nil, step: nil, seconds: 0, peakMemory: nil,
      build: build.description, command: folder.command(of: cell), digests: [:])
    for arguments in stages(of: cell) {
      if build.isReplaced { throw AblationError.programChanged(path: build.program.path) }
      let before = MemoryPressure.killCount
      let process = try CellProcess(
        build.program, arguments, threads: folder.definition.threads, log: log, inherited: claim.descriptor)
      let end = wait(for: process, claim: claim, since: start)
      if end == .claimLost || !claim.isHeld { return nil }
      outcome.trainingMemory = outcome.trainingMemory ?? process.peakMemory
      outcome.peakMemory = [outcome.peakMemory, process.peakMemory].compactMap(\.self).max()
      if process.exit == .code(0) { continue }
      if interruption.isRequested { throw Stop.interrupted }
      try classify(
        process, isInTime: end == .ended, hadMemory: MemoryPressure.killCount == before, cell, &outcome)
      return try finish(cell, &outcome, since: start)
    }
    outcome.state = .done
    try conclude(cell, &outcome)
    return try finish(cell, &outcome, since: start)
  }

  /// The commands of a cell: training, and scoring where scores are wanted.
  private func stages(of cell: AblationCell) -> [[String]] {
    let commands = folder.definition.commands
    let run = folder.runURL(of: cell)
    return [commands.train(folder.configurationURL(of: cell), run: run), commands.evaluate(run)].compactMap(
      \.self)
  }

  /// Waits until a process ended; asks it to stop where the time is over or the work is to end.
  private func wait(for process: CellProcess, claim: CellClaim, since start: Double) -> Wait {
    var (end, askedAt) = (Wait.ended, Double?.none)
    while !process.poll() {
      let now = ProcessInfo.processInfo.systemUptime
      if let timeLimit, now - start > timeLimit, end == .ended { end = .timedOut }
      if !claim.touch() { end = .claimLost }
      if end == .claimLost || askedAt.map({ now - $0 > Self.patience }) ?? false {
        process.send(SIGKILL)
      } else if askedAt == nil, interruption.isRequested || end == .timedOut {
        process.send(SIGTERM)
        askedAt = now
      }
      usleep(20_000)
    }
    return end
  }

  /// What a process that did not end well stands for.
  private func classify(
    _ process: CellProcess, isInTime: Bool, hadMemory: Bool, _ cell: AblationCell,
    _ outcome: inout CellOutcome
  ) throws {
    let run = try? RunFolder(opening: folder.runURL(of: cell))
    let ending = run.flatMap(RunEnding.read)
    outcome.step = ending?.step ?? lastStep(of: cell)
    let said = lastError(of: cell) ?? logLines(of: cell).last.map(String.init)
    if process.exit == .code(CellCommands.diskExitCode) {
      throw StorageError.disk(path: folder.runURL(of: cell).path, reason: said ?? "the disk failed")
    }
    if !isInTime {
      outcome.state = .timedOut
      outcome.reason = "took longer than \((timeLimit ?? 0).durationText)"
    } else if ending?.state == .notFinite {
      outcome.state = .notFinite
      outcome.term = ending?.term
      outcome.reason = ending?.message
    } else if isOutOfMemory(said) || process.exit == .signal(SIGKILL) && !hadMemory {
      outcome.state = .outOfMemory
      outcome.reason = lastError(of: cell) ?? "the system ended it for want of memory"
    } else if process.exit == .code(CellCommands.interruptedExitCode) {
      outcome.state = .killed
      outcome.reason = "was asked to stop from outside; it goes on from its last checkpoint"
    } else if case .signal(let signal) = process.exit {
      outcome.state = .killed
      let name = "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
      outcome.reason = lastError(of: cell).map { "\(name): \($0)" } ?? name
    } else {
      outcome.reason = said
    }
  }

  private func isOutOfMemory(_ text: String?) -> Bool {
    let text = text?.lowercased() ?? ""
    return ["out of memory", "can't allocate memory", "cannot allocate memory", "bad_alloc"].contains {
      text.contains($0)
    }
  }

  /// Looks whether training made the reconstruction worse.
  private func conclude(_ cell: AblationCell, _ outcome: inout CellOutcome) throws {
    let lines = try MetricsLog.read(RunFolder(opening: folder.runURL(of: cell)).metricsURL)
    outcome.step = lines.last?[.step].map { Int($0) }
    let run = try StoredRun(RunFolder(opening: folder.runURL(of: cell)))
    let key = AblationMatrix.key(
      run.configuration, dataDigest: run.record?.dataDigest ?? "", build: folder.definition.build)
    guard key == cell.key else {
      outcome.state = .failed
      outcome.reason = "its configuration or its images are not those of its key"
      return
    }
    if let first = lines.first?[.reconstruction], let last = lines.last?[.reconstruction], last > first {
      outcome.state = .diverged
      outcome.reason =
        "the reconstruction error ended at \(shortNumber(last, digits: 4)), above its first value "
        + shortNumber(first, digits: 4)
    }
  }

  private func finish(
    _ cell: AblationCell, _ outcome: inout CellOutcome, since start: Double
  ) throws -> CellOutcome {
    outcome.seconds = ProcessInfo.processInfo.systemUptime - start
    if outcome.isScored { outcome.digests = try folder.resultDigests(of: cell) }
    try folder.write(outcome, of: cell)
    return outcome
  }

  private func lastStep(of cell: AblationCell) -> Int? {
    let url = folder.runURL(of: cell).appendingPathComponent("metrics.jsonl")
    return (try? MetricsLog.read(url))?.last?[.step].map { Int($0) }
  }

  private func openLog(of cell: AblationCell) throws -> Int32 {
    let url = folder.logURL(of: cell)
    let log = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard log >= 0 else { throw StorageError.system(errno, path: url.path, action: "cannot be written") }
    return log
  }

  /// The error that a cell's process ended with, where it said one.
  private func lastError(of cell: AblationCell) -> String? {
    let lines = logLines(of: cell)
    let marks = ["Fatal error: ", "terminate called", "bad_alloc"]
    let start = lines.lastIndex { line in line.hasPrefix("error: ") || marks.contains { line.contains($0) } }
    return start.map {
      lines[$0...].prefix(6).joined(separator: "\n").replacing("error: ", with: "", maxReplacements: 1)
    }
  }

  private func logLines(of cell: AblationCell) -> [Substring] {
    let text = try? String(contentsOf: folder.logURL(of: cell), encoding: .utf8)
    return text?.split(separator: "\n") ?? []
  }
}

/// How often the kernel ended processes for want of memory.
enum MemoryPressure {
  /// The count since the machine started; `nil` where the system does not tell.
  static var killCount: Int? {
    guard let text = try? String(contentsOfFile: "/proc/vmstat", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
    return line?.split(separator: " ").last.flatMap { Int($0) }
  }
}
