import Foundation
import Runner

/// How far an ablation has come: a plain value, gathered from its folder while processes work in it.
public struct AblationStatus: Codable, Sendable, Equatable {
  /// What a cell is at.
  public enum State: String, Codable, Sendable, CaseIterable {
    /// Nobody works on it; where it has steps, they are continued.
    case waiting
    /// A process takes its steps.
    case training
    /// A process scores it.
    case scoring
    /// It was trained to its end and scored; ``Cell/outcome`` tells whether it diverged.
    case done
    /// It ended otherwise; ``Cell/outcome`` says how.
    case failed
  }

  /// One cell.
  public struct Cell: Codable, Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Where it stands in the matrix.
    public let coordinates: [AblationCell.Coordinate]
    /// What it is at.
    public let state: State
    /// How it ended.
    public let outcome: CellOutcome.State?
    /// What was said about an end other than well.
    public let reason: String?
    /// The steps that it has logged.
    public let step: Int
    /// The steps that it should take; `nil` before it has started.
    public let totalSteps: Int?
    /// Steps per second, by the last line of its log.
    public let stepsPerSecond: Double?
    /// Seconds until its last step; `nil` unless it is training.
    public let secondsLeft: Double?
    /// The machine that works on it.
    public let host: String?
    /// The process there.
    public let process: Int?
    /// The last reconstruction error.
    public let reconstruction: Double?
    /// The last loss.
    public let loss: Double?
    /// Seconds that it took, once it has ended.
    public let seconds: Double?
  }

  /// The path of the ablation's folder.
  public let path: String
  /// When it was looked at.
  public let date: Date
  /// The axes, in order.
  public let axes: [String]
  /// The cells, in the order of the matrix.
  public let cells: [Cell]
  /// Seconds until all cells have ended, as far as can be told; `nil` where nobody works or nothing is known yet.
  public let secondsLeft: Double?

  /// Looks at an ablation.
  ///
  /// - Throws: `StorageError` where an outcome cannot be read.
  public init(of ablation: AblationFolder, now: Date = Date()) throws {
    path = ablation.url.path
    date = now
    axes = ablation.definition.axes.map(\.key)
    let cells = try ablation.definition.cells.map { try Cell($0, in: ablation, now: now) }
    self.cells = cells
    secondsLeft = Self.secondsLeft(of: cells)
  }

  /// The number of cells in a state.
  public func count(_ state: State) -> Int { cells.count { $0.state == state } }

  /// Whether every cell has ended.
  public var hasEnded: Bool { cells.allSatisfy(\.hasEnded) }

  /// The work that is left, shared by those who work, but no less than the longest cell that is under way.
  private static func secondsLeft(of cells: [Cell]) -> Double? {
    let workers = cells.filter { $0.state == .training || $0.state == .scoring }
    let open = cells.filter { !$0.hasEnded }
    if open.isEmpty { return 0 }
    let expected = open.map { $0.expectedSeconds(from: cells) }
    let known = expected.compactMap(\.self)
    guard !workers.isEmpty, known.count == open.count else { return nil }
    let longest = zip(open, known).filter { workers.contains($0.0) }.map(\.1).max() ?? 0
    return max(longest, known.reduce(0, +) / Double(workers.count))
  }
}

extension AblationStatus.Cell {
  /// Whether it has ended, well or not.
  public var hasEnded: Bool { state == .done || state == .failed }

  init(_ cell: AblationCell, in ablation: AblationFolder, now: Date) throws {
    let folder = ablation.runURL(of: cell)
    let outcome = try ablation.outcome(of: cell)
    let claim = outcome == nil ? CellClaim.liveOwner(of: ablation.claimURL(of: cell), now: now) : nil
    let line = MetricsTail.lastLine(of: folder.appendingPathComponent("metrics.jsonl")) ?? [:]
    let step = Int(line[.step] ?? 0)
    let total = Self.plannedSteps(in: folder.appendingPathComponent(RunFolder.configurationName))
    name = cell.name
    coordinates = cell.coordinates
    state =
      switch (outcome, claim) {
      case (let outcome?, _): outcome.isScored ? .done : .failed
      case (nil, nil): .waiting
      case (nil, _?): total.map { step >= $0 } ?? false ? .scoring : .training
      }
    self.outcome = outcome?.state
    reason = outcome?.reason
    self.step = step
    totalSteps = total
    let rate = line[.stepSeconds].flatMap { $0 > 0 && $0.isFinite ? 1 / $0 : nil }
    stepsPerSecond = rate
    secondsLeft =
      state == .training ? rate.flatMap { rate in total.map { Double(max(0, $0 - step)) / rate } } : nil
    host = claim?.host
    process = claim.map { Int($0.process) }
    reconstruction = line[.reconstruction].flatMap { $0.isFinite ? $0 : nil }
    loss = line[.loss].flatMap { $0.isFinite ? $0 : nil }
    seconds = outcome?.seconds
  }

  /// Seconds that it will still take: by its own rate, else by how long cells took that differ from it in the seed
  /// alone, else by all that have ended or are under way.
  fileprivate func expectedSeconds(from cells: [AblationStatus.Cell]) -> Double? {
    if state == .scoring { return 0 }
    if let secondsLeft { return secondsLeft }
    let alike = { (other: AblationStatus.Cell) in
      zip(coordinates, other.coordinates).allSatisfy { $0 == $1 || $0.axis == Experiment.seedKey }
    }
    let part = totalSteps.map { Double(max(0, $0 - step)) / Double(max(1, $0)) } ?? 1
    let wholes = [cells.filter(alike), cells].lazy.map { $0.compactMap(\.wholeSeconds) }
    return wholes.first { !$0.isEmpty }.map { part * $0.reduce(0, +) / Double($0.count) }
  }

  /// Seconds of its last start, or of all its steps at their present rate.
  private var wholeSeconds: Double? {
    if state == .done { return seconds }
    guard state == .training, let rate = stepsPerSecond, let total = totalSteps else { return nil }
    return Double(total) / rate
  }

  /// The steps that `run.yaml` plans. The record is the last part of the file, and a parser of YAML would take longer
  /// than everything else together.
  private static func plannedSteps(in url: URL) -> Int? {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    let record = text.split(separator: "\n").drop { $0 != RunRecord.key + ":" }
    let mark = "  steps: "
    return record.first { $0.hasPrefix(mark) }.flatMap { Int($0.dropFirst(mark.count)) }
  }
}
