import Foundation
import MoCAProtocols

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
    /// Seconds of one.
    public let seconds: Double
    /// Bytes of one on the disk.
    public let bytes: Int
  }

  /// The groups of cells, in the order of the matrix.
  public let rows: [Row]
  /// Cells at the same time.
  public let jobs: Int

  /// Measures a matrix.
  ///
  /// - Parameter progress: Hears which group is measured.
  /// - Throws: ``AblationError``, ``StorageError``.
  public init(
    _ matrix: AblationMatrix, with measurement: CellMeasurement, jobs: Int,
    progress: (_ done: Int, _ total: Int, _ what: String) -> Void = { _, _, _ in }
  ) throws {
    let groups = Self.groups(of: matrix)
    self.jobs = jobs
    rows = try groups.enumerated().map { index, group in
      progress(index, groups.count, AblationMatrix.words(group.coordinates))
      let (first, record) = (group.cells[0], group.cells[0].experiment.record)
      let cost = try measurement.measure(first)
      return Row(
        coordinates: group.coordinates, cellCount: group.cells.count, steps: first.totalSteps, cost: cost,
        seconds: cost.seconds(steps: first.totalSteps, record: record),
        bytes: cost.bytes(steps: first.totalSteps, record: record))
    }
  }

  /// Seconds of the whole matrix with ``jobs`` cells at a time.
  public var seconds: Double {
    rows.reduce(0) { $0 + $1.seconds * Double($1.cellCount) } / Double(max(1, jobs))
  }

  /// Bytes of the whole matrix on the disk.
  public var bytes: Int { rows.reduce(0) { $0 + $1.bytes * $1.cellCount } }

  /// The most memory that the cells of one moment may hold.
  public var peakMemory: Int {
    let sizes = rows.flatMap { Array(repeating: $0.cost.peakMemory, count: $0.cellCount) }.sorted(by: >)
    return sizes.prefix(jobs).reduce(0, +)
  }

  private static func groups(
    of matrix: AblationMatrix
  ) -> [(coordinates: [AblationCell.Coordinate], cells: [AblationMatrix.Planned])] {
    var order: [[AblationCell.Coordinate]] = []
    var cells: [[AblationCell.Coordinate]: [AblationMatrix.Planned]] = [:]
    for planned in matrix.cells {
      let shared = withoutSeed(planned.cell.coordinates)
      if cells[shared] == nil { order.append(shared) }
      cells[shared, default: []].append(planned)
    }
    return order.map { ($0, cells[$0] ?? []) }
  }

  /// A cell's place without its seed: cells of one such place are measured together.
  public static func withoutSeed(_ coordinates: [AblationCell.Coordinate]) -> [AblationCell.Coordinate] {
    coordinates.filter { $0.axis != RunCollection.seedAxis }
  }
}

extension AblationPlan {
  /// How many steps the cells of each group may take within a budget: a tenth of the time is left for what was not
  /// measured.
  ///
  /// - Throws: ``AblationError/budgetTooSmall(needed:given:)``.
  public func steps(within budget: AblationBudget) throws -> [[AblationCell.Coordinate]: Int] {
    let available = budget.seconds * Double(max(1, jobs)) * 0.9
    let count = rows.reduce(0) { $0 + $1.cellCount }
    let fixed = rows.reduce(0) {
      $0 + Double($1.cellCount) * ($1.seconds - Double($1.steps) * $1.cost.stepSeconds)
    }
    let perStep = rows.reduce(0) { $0 + Double($1.cellCount) * $1.cost.stepSeconds }
    guard fixed + perStep < available else {
      throw AblationError.budgetTooSmall(
        needed: (fixed + perStep) / 0.9 / Double(max(1, jobs)), given: budget.seconds)
    }
    let shared = Int((available - fixed) / perStep)
    let seconds = (available - fixed) / Double(count)
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        (row.coordinates, budget.share == .steps ? shared : max(1, Int(seconds / row.cost.stepSeconds)))
      })
  }
}
