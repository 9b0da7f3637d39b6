import Files
import Foundation
import MoCAProtocols
import Runner

/// What a cell takes, measured on a few of its steps in a process of its own.
public struct CellCost: Codable, Sendable {
  /// Seconds of one step.
  public let stepSeconds: Double
  /// The regularizer's and the memory's share of it, 0…1; `nil` where it was not measured.
  public let regularizerShare: Double?
  /// Seconds of a start, one evaluation on held-out images, one checkpoint and the pictures.
  public let fixedSeconds: Double
  /// Seconds of the scores at the end.
  public let scoringSeconds: Double
  /// The most memory that a process held, in bytes.
  public let peakMemory: Int
  /// Bytes of one checkpoint.
  public let checkpointBytes: Int
  /// Bytes of a line of the logs: `metrics.jsonl` and TensorBoard's events.
  public let lineBytes: Int
  /// Bytes of a sample grid, which stands in the events as well.
  public let pictureBytes: Int
  /// Bytes of everything else in the run folder.
  public let otherBytes: Int
}

extension CellCost {
  /// The seconds of a cell of `steps` steps. Each later evaluation with its checkpoint is taken as half of ``fixedSeconds``,
  /// the other half being the start.
  public func seconds(steps: Int, record: RecordConfiguration) -> Double {
    let pauses = max(1, steps / min(record.evaluation, record.checkpoint))
    return Double(steps) * stepSeconds + fixedSeconds * (1 + Double(pauses - 1) / 2) + scoringSeconds
  }

  /// The bytes that a cell leaves on the disk: the newest checkpoints, the best one and the rest.
  public func bytes(steps: Int, record: RecordConfiguration) -> Int {
    let saved = max(1, steps / min(record.evaluation, record.checkpoint))
    let pictures = max(1, steps / record.samples) * pictureBytes * (record.tensorboard ? 2 : 1)
    return checkpointBytes * min(saved, record.keep + 1) + pictures + (1 + steps / record.metrics) * lineBytes
      + otherBytes
  }
}

/// Measures cells before they are run.
public struct CellMeasurement {
  /// Steps that are timed.
  public static let steps = 20

  private let build: Build
  private let commands: CellCommands
  private let interruption: Interruption

  /// Prepares to measure with the program that runs.
  public init(
    build: Build, scoring: AblationDefinition.Scoring, threads: Int, device: String,
    interruption: Interruption
  ) {
    self.build = build
    self.interruption = interruption
    commands = CellCommands(scoring: scoring, threads: threads, device: device)
  }

  /// Trains a few steps of a cell in a folder that is removed again, and scores what comes out.
  ///
  /// - Throws: ``AblationError/notMeasured(cell:reason:)``, `StorageError`.
  public func measure(_ planned: AblationMatrix.Planned) throws -> CellCost {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "moca-plan-" + String(UInt64.random(in: .min ... .max), radix: 36))
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = folder.appendingPathComponent("cell.yaml")
    try AtomicFile.write(Data(shortened(planned.experiment).yaml.utf8), to: configuration)
    let run = folder.appendingPathComponent("run")
    let train = try take(commands.train(configuration, run: run), planned, in: folder)
    let lines = try MetricsLog.read(run.appendingPathComponent("metrics.jsonl"))
    let times = lines.dropFirst().compactMap { $0[.stepSeconds] }.sorted()
    let shares = lines.compactMap { $0[.regularizerShare] }
    guard !times.isEmpty else {
      throw AblationError.notMeasured(cell: planned.cell.name, reason: "its log has no times")
    }
    let step = times[times.count / 2]
    let sizes = try Self.sizes(in: run)
    let checkpoint = sizes.filter { $0.name.contains("checkpoints/step-") }.map(\.bytes).max() ?? 0
    let sum = { (part: String) in sizes.filter { $0.name.contains(part) }.reduce(0) { $0 + $1.bytes } }
    let (pictures, grid) = (sum("samples/"), sum("samples/step-"))
    let logs = max(0, sum("metrics.jsonl") + max(0, sum("tfevents") - pictures))
    let others = sum("") - sum("checkpoints/step-") - sum("metrics.jsonl") - sum("tfevents") - grid
    let scores =
      try commands.evaluate(run).map { try take($0, planned, in: folder) } ?? (seconds: 0, memory: 0)
    return CellCost(
      stepSeconds: step, regularizerShare: shares.last,
      fixedSeconds: max(0, train.seconds - step * Double(Self.steps)), scoringSeconds: scores.seconds,
      peakMemory: max(train.memory, scores.memory), checkpointBytes: checkpoint,
      lineBytes: logs / max(1, lines.count), pictureBytes: grid, otherBytes: max(0, others))
  }

  /// The cell's configuration with few steps and one evaluation at their end.
  private func shortened(_ experiment: Experiment) throws -> ConfigurationValue {
    var tree = experiment.tree
    let settings: [(String, Int)] = [
      ("training.steps", Self.steps), ("record.metrics", 4), ("record.evaluation", Self.steps),
      ("record.samples", Self.steps), ("record.checkpoint", Self.steps), ("schedule.weightCalibration", 1),
    ]
    for (key, value) in settings {
      tree[path: key.split(separator: ".").map(String.init)] = .integer(value)
    }
    return tree
  }

  /// Runs a command to its end.
  private func take(
    _ arguments: [String], _ planned: AblationMatrix.Planned, in folder: URL
  ) throws -> (seconds: Double, memory: Int) {
    let url = folder.appendingPathComponent("log")
    let log = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard log >= 0 else { throw StorageError.system(errno, path: url.path, action: "cannot be written") }
    defer { close(log) }
    let start = ProcessInfo.processInfo.systemUptime
    let process = try CellProcess(
      build.program, arguments, threads: commands.threads, log: log, inherited: nil)
    while !process.poll() {
      if interruption.isRequested { process.send(SIGKILL) }
      usleep(5000)
    }
    if interruption.isRequested { throw AblationError.measurementInterrupted }
    guard process.exit == .code(0) else {
      let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
      throw AblationError.notMeasured(
        cell: planned.cell.name,
        reason: text.split(separator: "\n").suffix(4).joined(separator: "\n").replacing("error: ", with: ""))
    }
    return (ProcessInfo.processInfo.systemUptime - start, process.peakMemory ?? 0)
  }

  /// The files below a folder with their sizes.
  private static func sizes(in folder: URL) throws -> [(name: String, bytes: Int)] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return names.compactMap { name in
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: folder.appendingPathComponent(name).path)
      guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
      return (name, attributes?[.size] as? Int ?? 0)
    }
  }
}
