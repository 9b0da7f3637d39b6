import Ablation
import Foundation
import MoCAProtocols
import Runner
import Terminal

/// From what a person asks for to a folder that can be worked on.
struct AblationSetup {
  let catalogs: Catalogs
  let build: Build
  /// Where cells compute, as the folder notes it.
  let deviceName: String
  let device: Device
  let jobs: Int
  let threads: Int?
  let tolerance: AblationFolder.Tolerance
  let interruption: Interruption
  let progress: StageProgress

  /// The folder of a request: made, or opened where it is there already.
  func make(_ request: AblationRequest, at url: URL) throws -> AblationFolder {
    let stored = AblationFolder.isAblation(url) ? try AblationFolder(opening: url) : nil
    let threads = threads ?? stored?.definition.threads ?? usualThreads
    let digest = request.digest
    if let stored, request.budget != nil, stored.definition.request == digest {
      // The steps were measured at the first start and stay.
      return try open(url, only: [])
    }
    var matrix = try self.matrix(request)
    let scored = try ScoringCheck(catalogs: catalogs, device: device).checked(request, for: matrix)
    if let budget = request.budget {
      let plan = try plan(scored, matrix, threads: threads).within(budget)
      matrix = try self.matrix(request, steps: plan.steps)
    }
    warn(of: matrix)
    let definition = AblationDefinition(
      axes: matrix.axes, cells: matrix.cells.map(\.cell), scoring: scored.scoring, threads: threads,
      device: deviceName, build: build.description, request: digest)
    let folder: AblationFolder
    do {
      folder = try AblationFolder(at: url, for: matrix, definition: definition, tolerating: tolerance)
    } catch {
      // Another process has made the folder meanwhile, with steps that it measured or threads that it chose.
      let made = stored == nil ? try? AblationFolder(opening: url) : nil
      guard made?.definition.request == digest else { throw error }
      return try make(request, at: url)
    }
    if stored != nil { try folder.checkConfigurations(catalogs) }
    return folder
  }

  /// A folder that is there, with its configurations checked.
  func open(_ url: URL, only: Set<String>) throws -> AblationFolder {
    let folder = try AblationFolder(opening: url)
    let definition = folder.definition
    if definition.build != build.description, !tolerance.allowsAnyBuild {
      throw AblationError.otherBuild(
        path: Console.path(url), theirs: definition.build, mine: build.description)
    }
    try folder.checkCompute(device: deviceName, threads: threads)
    try folder.checkConfigurations(catalogs, only: only)
    return folder
  }

  /// A matrix, and nothing written.
  func checked(_ request: AblationRequest) throws -> AblationMatrix {
    let matrix = try matrix(request)
    _ = try ScoringCheck(catalogs: catalogs, device: device).checked(request, for: matrix)
    warn(of: matrix)
    return matrix
  }

  static func table(_ cells: [AblationCell]) -> TextTable {
    let axes = cells.first?.coordinates.map(\.axis) ?? []
    var table = TextTable(columns: ["cell"] + axes.map { .init($0) })
    for cell in cells { table.append([.string(cell.name)] + cell.coordinates.map { .string($0.value) }) }
    return table
  }

  /// What a matrix will take.
  func plan(_ request: AblationRequest) throws -> AblationPlan {
    let matrix = try matrix(request)
    let request = try ScoringCheck(catalogs: catalogs, device: device).checked(request, for: matrix)
    let plan = try plan(request, matrix, threads: threads ?? usualThreads)
    warn(of: matrix)
    return try request.budget.map(plan.within) ?? plan
  }

  /// Names that are no cells, cells that are to be run anew, and finished cells that were edited.
  func check(_ folder: AblationFolder, cells: [String], redo: [String]) throws {
    let names = folder.definition.cells.map(\.name)
    for name in cells + redo where !names.contains(name) {
      throw AblationError.unknownCell(name: name, hint: suggestion(for: name, among: names))
    }
    for cell in folder.definition.cells where redo.contains(cell.name) { try folder.reset(cell) }
    // A task of one cell among many does not read the files of all others.
    let edited = try folder.editedCells(only: Set(cells))
    if !edited.isEmpty { throw AblationError.edited(edited, path: Console.path(folder.url)) }
  }

  private func warn(of matrix: AblationMatrix) {
    progress.finish()
    for cell in matrix.leftOut { Console.warning("\(cell.cell) was left out: \(cell.reason)") }
    for warning in matrix.warnings {
      Console.warning("\(warning.cells.joined(separator: ", ")): \(warning.text)")
    }
  }

  private var usualThreads: Int { max(1, ProcessInfo.processInfo.activeProcessorCount / jobs) }

  private func matrix(
    _ request: AblationRequest, steps: ([AblationCell.Coordinate]) -> Int? = { _ in nil }
  ) throws -> AblationMatrix {
    try AblationMatrix(
      request, catalogs: catalogs, build: build.description, steps: steps, progress: progress.update)
  }

  private func plan(_ request: AblationRequest, _ matrix: AblationMatrix, threads: Int) throws -> AblationPlan
  {
    let measurement = CellMeasurement(
      build: build, scoring: request.scoring, threads: threads, device: deviceName, interruption: interruption
    )
    return try AblationPlan(measuring: matrix, with: measurement, jobs: jobs) {
      progress.update($0, $1, "measuring \($2)")
    }
  }
}
