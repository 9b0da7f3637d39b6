import Foundation
import Mathematics
import MoCAProtocols
import Runner

/// What a matrix will take: cells that differ only in the seed are measured once.
public struct AblationPlan {
  /// Cells that differ in the seed only.
  public struct Row: Sendable {
    /// What they share, as in `regularizer=moca`.
    public let coordinates: [AblationCell.Coordinate]
    /// How many they are.
    public let cellCount: Int
    /// Steps of each.
    public let steps: Int
    /// What one takes.
    public let cost: CellCost
    let record: RecordConfiguration

    /// Seconds of one.
    public var seconds: Double { cost.seconds(steps: steps, record: record) }
    /// Bytes of one on the disk.
    public var bytes: Int { cost.bytes(steps: steps, record: record) }
  }

  /// The groups of cells, in the order of the matrix.
  public let rows: [Row]
  /// Cells at the same time.
  public let jobs: Int
  /// The row of each cell, in the order in which cells are run.
  private let order: [Int]

  /// Measures the first cell of each kind.
  ///
  /// - Parameter progress: Hears which group is measured.
  /// - Throws: ``AblationError``, `StorageError`.
  public init(
    measuring matrix: AblationMatrix, with measurement: CellMeasurement, jobs: Int,
    progress: (_ done: Int, _ total: Int, _ what: String) -> Void = { _, _, _ in }
  ) throws {
    var numbers: [[AblationCell.Coordinate]: Int] = [:]
    var firsts: [AblationMatrix.Planned] = []
    var order: [Int] = []
    for planned in matrix.cells {
      let place = Self.withoutSeed(planned.cell.coordinates)
      if numbers[place] == nil {
        numbers[place] = firsts.count
        firsts.append(planned)
      }
      order.append(numbers[place] ?? 0)
    }
    self.order = order
    self.jobs = jobs
    rows = try firsts.enumerated().map { index, first in
      let coordinates = Self.withoutSeed(first.cell.coordinates)
      progress(index, firsts.count, AblationMatrix.words(coordinates))
      return Row(
        coordinates: coordinates, cellCount: order.count { $0 == index }, steps: first.totalSteps,
        cost: try measurement.measure(first), record: first.experiment.record)
    }
  }

  private init(rows: [Row], jobs: Int, order: [Int]) {
    self.rows = rows
    self.jobs = jobs
    self.order = order
  }

  /// Seconds of the whole matrix with ``jobs`` cells at a time, each begun as soon as one before it has ended.
  public var seconds: Double {
    let costs = rows.map(\.seconds)
    var busyUntil = Array(repeating: 0.0, count: max(1, min(jobs, order.count)))
    for row in order {
      let free = busyUntil.indices.min { busyUntil[$0] < busyUntil[$1] } ?? 0
      busyUntil[free] += costs[row]
    }
    return busyUntil.max() ?? 0
  }

  /// Bytes of the whole matrix on the disk.
  public var bytes: Int { rows.reduce(0) { $0 + $1.bytes * $1.cellCount } }

  /// The most memory that the cells of one moment may hold.
  public var peakMemory: Int {
    let sizes = rows.flatMap { Array(repeating: $0.cost.peakMemory, count: $0.cellCount) }.sorted(by: >)
    return sizes.prefix(jobs).reduce(0, +)
  }

  /// A cell's place without its seed: cells of one such place are measured together.
  static func withoutSeed(_ coordinates: [AblationCell.Coordinate]) -> [AblationCell.Coordinate] {
    coordinates.filter { $0.axis != Experiment.seedKey }
  }
}

extension AblationPlan {
  /// The same cells with as many steps as a budget allows, which is found by halving: evaluations and checkpoints grow
  /// with the steps. A tenth of the time is left for what was not measured.
  ///
  /// - Throws: ``AblationError/budgetTooSmall(needed:given:)``.
  public func within(_ budget: AblationBudget) throws -> AblationPlan {
    let available = budget.seconds * 0.9
    let least = with(scale: 0, budget.share)
    guard least.seconds <= available else {
      throw AblationError.budgetTooSmall(needed: least.seconds / 0.9, given: budget.seconds)
    }
    // The scale is steps, or seconds of training.
    let scale = Bracket(fromZeroTo: 1e9) { with(scale: $0, budget.share).seconds <= available }
    return with(scale: scale.lower, budget.share)
  }

  /// The steps of the cells at a place without its seed.
  public func steps(at coordinates: [AblationCell.Coordinate]) -> Int? {
    let place = Self.withoutSeed(coordinates)
    return rows.first { $0.coordinates == place }?.steps
  }

  private func with(scale: Double, _ share: AblationBudget.Share) -> AblationPlan {
    let rows = rows.map { row in
      let steps = share == .steps ? scale : scale / max(row.cost.stepSeconds, 1e-9)
      return Row(
        coordinates: row.coordinates, cellCount: row.cellCount, steps: max(1, Int(min(steps, 1e9))),
        cost: row.cost, record: row.record)
    }
    return AblationPlan(rows: rows, jobs: jobs, order: order)
  }
}
