import Files
import PluginKit
import Runner

/// What can be wrong with an ablation as a whole. Finished cells are untouched by every one of these.
public enum AblationError: Fault {
  /// Cells that cannot be: each reason with the cells that it concerns.
  case refused([(text: String, cells: [String])], of: Int)
  /// Nothing varies.
  case noAxes
  /// Two cells would be the same run.
  case duplicate(first: String, second: String)
  /// The folder belongs to another matrix.
  case otherMatrix(path: String, differences: [String])
  /// The folder's cells compute elsewhere, or on another number of threads.
  case otherCompute(
    path: String, theirs: (device: String, threads: Int), mine: (device: String, threads: Int))
  /// The folder's cells were made by another program.
  case otherBuild(path: String, theirs: String, mine: String)
  /// Files of a finished cell are not those that it ended with.
  case edited([(cell: String, what: String)], path: String)
  /// Configurations of cells are not those that their keys stand for, or the images have changed.
  case otherConfiguration([(cell: String, what: String)], path: String)
  /// The folder holds something that is no ablation.
  case otherFolder(path: String, found: String)
  /// The program's file was replaced while it worked.
  case programChanged(path: String)
  /// A cell that is not part of the matrix was named.
  case unknownCell(name: String, hint: String)
  /// The time does not suffice for one step of each cell.
  case budgetTooSmall(needed: Double, given: Double)
  /// A cell could not be measured.
  case notMeasured(cell: String, reason: String)
  /// The launcher could not hand over the work.
  case launcher(String)
  /// The person or the system asked to stop.
  case interrupted(path: String)
  /// The person asked to stop before anything was made.
  case measurementInterrupted

  public var description: String {
    switch self {
    case .refused(let reasons, let count):
      "\(reasons.reduce(0) { $0 + $1.cells.count }) of \(count) cells cannot be run; nothing was started:\n"
        + reasons.map { "  \($0.text)\n" + Self.list($0.cells) }.joined(separator: "\n")
        + "\nchange the axes, or leave these cells out"
    case .noAxes:
      "nothing varies: give an axis with several values, as in regularizer=moca,mmd or seed=0..2, or an `ablation:` "
        + "section in the configuration file"
    case .duplicate(let first, let second):
      "the cells \(first) and \(second) have the same configuration; leave one of them out"
    case .otherMatrix(let path, let differences):
      "\(path) belongs to another matrix:\n" + differences.map { "  \($0)" }.joined(separator: "\n")
    case .otherCompute(let path, let theirs, let mine):
      "the cells of \(path) compute on \(theirs.device) (threads: \(theirs.threads)), and here it is \(mine.device) "
        + "(threads: \(mine.threads)), which adds in another order; give them what they began with"
    case .otherBuild(let path, let theirs, let mine):
      "the cells of \(path) belong to another build of this program:\n  there: \(theirs)\n  here:  \(mine)\n"
        + "finish it with that build"
    case .edited(let cells, let path):
      "files in finished cells of \(path) are not those that the cells ended with:\n"
        + cells.map { "  \($0.cell): \($0.what)" }.joined(separator: "\n")
        + "\nrestore them, or run these cells anew"
    case .otherConfiguration(let cells, let path):
      "cells of \(path) cannot go on as what they began as:\n"
        + cells.map { "  \($0.cell): \($0.what)" }.joined(separator: "\n")
        + "\nrestore configurations and images, or make the matrix anew"
    case .otherFolder(let path, let found):
      "\(path) holds \(found) and is no ablation"
    case .programChanged(let path):
      "\(path) was replaced while it worked, and cells of two builds do not belong together; start it again"
    case .unknownCell(let name, let hint): "no cell \"\(name)\" in the matrix\(hint)"
    case .budgetTooSmall(let needed, let given):
      "the budget of \(given.durationText) is too small: one step of each cell with its start and scores takes "
        + "\(needed.durationText)"
    case .notMeasured(let cell, let reason): "\(cell) could not be measured: \(reason)"
    case .launcher(let reason): reason
    case .measurementInterrupted: "interrupted; nothing was made"
    case .interrupted: "interrupted"
    }
  }

  public var fault: FaultKind {
    switch self {
    case .refused, .noAxes, .duplicate, .otherMatrix, .otherCompute, .otherBuild, .otherFolder, .unknownCell,
      .budgetTooSmall:
      .usage
    case .edited, .otherConfiguration: .data
    case .notMeasured, .launcher, .programChanged: .other
    case .interrupted, .measurementInterrupted: .interrupted
    }
  }

  private static func list(_ cells: [String]) -> String {
    let shown = cells.prefix(12).map { "    \($0)" }
    let rest = cells.count > 12 ? ["    … and \(cells.count - 12) more"] : []
    return (shown + rest).joined(separator: "\n")
  }
}
