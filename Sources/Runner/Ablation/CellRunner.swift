import Foundation
import MoCAProtocols

/// Works on one cell: trains it, scores it, and says how it ended.
struct CellRunner {
  /// Why a cell was left without an outcome.
  enum Stop: Error {
    /// The work was to stop.
    case interrupted
  }

  let folder: AblationFolder
  let program: URL
  /// The program's file when the work began: another one must not run cells under this build.
  let programIdentity: String?
  /// What was built.
  let build: String
  /// Seconds that a cell may take, where there is a limit.
  let timeLimit: Double?
  /// The machine's environment and what the cell's processes are told.
  let environment: [String: String]
  /// Asked between two looks: then the processes are to save what they have and stop.
  let interruption: Interruption

  /// Seconds that a process has to save and stop.
  private static let patience = 60.0

  /// What the processes of a cell took.
  private struct Usage {
    var seconds = 0.0
    var peakMemory: Int?
  }

  /// Runs a cell that is claimed.
  ///
  /// - Returns: How it ended; it is written down.
  /// - Throws: ``Stop``, and ``StorageError`` for the disk.
  func run(_ cell: AblationCell, claim: CellClaim) throws -> CellOutcome {
    // An earlier end that is not final is over once the cell runs again.
    unlink(folder.outcomeURL(of: cell).path)
    let log = try openLog(of: cell)
    defer { close(log) }
    let start = ProcessInfo.processInfo.systemUptime
    var usage = Usage()
    var outcome = CellOutcome(
      key: cell.key, state: .failed, reason: nil, term: nil, step: nil, seconds: 0, peakMemory: nil,
      build: build, command: folder.command(of: cell), digests: [:])
    for arguments in stages(of: cell) {
      guard programIdentity == Build.identity(of: program) else {
        throw AblationError.programChanged(path: program.path)
      }
      let before = MemoryPressure.killCount
      let process = try CellProcess(
        program, arguments, environment: environment, log: log, inherited: claim.descriptor)
      let isInTime = wait(for: process, claim: claim, since: start)
      usage.peakMemory = max(usage.peakMemory ?? 0, process.peakMemory ?? 0)
      if process.exit == .code(0) { continue }
      if interruption.isRequested { throw Stop.interrupted }
      try classify(process, isInTime, hadMemory: MemoryPressure.killCount == before, cell, &outcome)
      return try finish(cell, &outcome, usage, since: start)
    }
    outcome.state = .done
    try conclude(cell, &outcome)
    return try finish(cell, &outcome, usage, since: start)
  }

  /// The commands of a cell: training, and scoring where scores are wanted.
  private func stages(of cell: AblationCell) -> [[String]] {
    let definition = folder.definition
    let run = folder.runURL(of: cell).path
    let compute = ["--threads", String(definition.threads), "--device", definition.device]
    let train =
      [
        "train", "--run", run, "--resume", "--quiet", "--stops-with-input", "--config",
        folder.configurationURL(of: cell).path,
      ] + compute
    let scoring = definition.scoring
    if scoring.metrics.isEmpty { return [train] }
    let evaluate = ["evaluate", run, "--json", "--stops-with-input"] + scoring.evaluateArguments + compute
    return [train, evaluate]
  }

  /// Waits until a process ended; asks it to stop where the time is over or the work is to end.
  private func wait(for process: CellProcess, claim: CellClaim, since start: Double) -> Bool {
    var (isInTime, askedAt) = (true, Double?.none)
    while !process.poll() {
      let now = ProcessInfo.processInfo.systemUptime
      if let timeLimit, now - start > timeLimit { isInTime = false }
      if let askedAt {
        if now - askedAt > Self.patience { process.send(SIGKILL) }
      } else if interruption.isRequested || !isInTime {
        process.send(SIGTERM)
        askedAt = now
      }
      claim.touch()
      usleep(20_000)
    }
    return isInTime
  }

  /// What a process that did not end well stands for.
  private func classify(
    _ process: CellProcess, _ isInTime: Bool, hadMemory: Bool, _ cell: AblationCell,
    _ outcome: inout CellOutcome
  ) throws {
    let run = try? RunFolder(opening: folder.runURL(of: cell))
    let ending = run.flatMap(RunEnding.read)
    outcome.step = ending?.step ?? lastStep(of: cell)
    let said = lastWords(of: cell)
    if process.exit == .code(74) {
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
      outcome.reason = said
    } else if process.exit == .code(Interruption.exitCode) {
      outcome.state = .killed
      outcome.reason = "was asked to stop from outside; it goes on from its last checkpoint"
    } else if case .signal(let signal) = process.exit {
      outcome.state = .killed
      outcome.reason = "ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    } else {
      outcome.reason = said
    }
  }

  private func isOutOfMemory(_ text: String?) -> Bool {
    let text = text?.lowercased() ?? ""
    return ["out of memory", "can't allocate memory", "cannot allocate memory"].contains { text.contains($0) }
  }

  /// Looks whether training made the reconstruction worse.
  private func conclude(_ cell: AblationCell, _ outcome: inout CellOutcome) throws {
    let lines = try MetricsLog.read(RunFolder(opening: folder.runURL(of: cell)).metricsURL)
    outcome.step = lines.last?["step"].map { Int($0) }
    let run = try StoredRun(RunFolder(opening: folder.runURL(of: cell)))
    let key = AblationMatrix.key(
      run.configuration, dataDigest: run.record?.dataDigest ?? "", build: folder.definition.build)
    guard key == cell.key else {
      outcome.state = .failed
      outcome.reason = "its configuration or its images are not those of its key"
      return
    }
    if let first = lines.first?["reconstruction"], let last = lines.last?["reconstruction"], last > first {
      outcome.state = .diverged
      outcome.reason =
        "the reconstruction error ended at \(shortNumber(last, digits: 4)), above its first value "
        + shortNumber(first, digits: 4)
    }
  }

  private func finish(
    _ cell: AblationCell, _ outcome: inout CellOutcome, _ usage: Usage, since start: Double
  ) throws -> CellOutcome {
    outcome.seconds = ProcessInfo.processInfo.systemUptime - start
    outcome.peakMemory = usage.peakMemory
    if outcome.isScored { outcome.digests = try folder.resultDigests(of: cell) }
    try folder.write(outcome, of: cell)
    return outcome
  }

  private func lastStep(of cell: AblationCell) -> Int? {
    let url = folder.runURL(of: cell).appendingPathComponent("metrics.jsonl")
    return (try? MetricsLog.read(url))?.last?["step"].map { Int($0) }
  }

  private func openLog(of cell: AblationCell) throws -> Int32 {
    let url = folder.logURL(of: cell)
    let log = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard log >= 0 else { throw StorageError.system(errno, path: url.path, action: "cannot be written") }
    return log
  }

  /// The last thing that a cell's process said: its error, or the end of its log.
  private func lastWords(of cell: AblationCell) -> String? {
    guard let text = try? String(contentsOf: folder.logURL(of: cell), encoding: .utf8) else { return nil }
    let lines = text.split(separator: "\n").map(String.init).filter { !$0.isEmpty }
    let start = lines.lastIndex { $0.hasPrefix("error: ") || $0.contains("Fatal error: ") }
    guard let start else { return lines.last }
    return lines[start...].prefix(6).joined(separator: "\n").replacing(
      "error: ", with: "", maxReplacements: 1)
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
