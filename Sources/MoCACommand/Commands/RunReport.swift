import Foundation
import MoCAProtocols
import Runner
import Storage
import Terminal

struct RunReport {
  private let run: StoredRun
  private let checkpoints: [Row]
  /// The error of a damaged checkpoint, where the check has found one.
  let damage: CheckpointError?

  private struct Row {
    let checkpoint: RunFolder.Checkpoint
    let byteCount: Int?
    let marks: [String]
    let state: String
  }

  /// Reads the run's record and its checkpoints' headers, or every byte of them.
  init(_ run: StoredRun, verifies: Bool) throws {
    self.run = run
    var damage: CheckpointError?
    checkpoints = try run.folder.checkpoints().map { checkpoint in
      var (size, state): (Int?, String) = (nil, verifies ? "every byte checked" : "readable")
      do {
        let read = verifies ? { try CheckpointFile.verify($0) } : { try CheckpointFile.readHeader($0) }
        size = try read(checkpoint.url).compressedByteCount
      } catch let error as CheckpointError {
        damage = error
        state = "\(error)"
      }
      let marks = [("latest", run.folder.latest), ("best", run.folder.best)].filter { $0.1 == checkpoint }
        .map(\.0)
      return Row(checkpoint: checkpoint, byteCount: size, marks: marks, state: state)
    }
    self.damage = damage
  }

  var tree: ConfigurationValue {
    .object([
      .init("path", .string(run.folder.url.path)), .init("record", run.record?.tree ?? .null),
      .init("configuration", run.configuration),
      .init(
        "checkpoints",
        .list(checkpoints.map { row in .object(zip(Self.columns, cells(row)).map { .init($0.key, $1) }) })),
    ])
  }

  var text: String {
    let record = (run.record?.tree ?? .empty).members.map { ($0.key, $0.value.text ?? $0.value.json) }
    let choices = run.configuration.members.compactMap { member in
      member.value["name"]?.text.map { (member.key, $0) }
    }
    let head = Console.aligned([("run", Console.path(run.folder.url))] + choices + record)
    if checkpoints.isEmpty { return head + "\n\nno checkpoints yet" }
    var table = TextTable(columns: Self.columns)
    for row in checkpoints { table.append(cells(row)) }
    return head + "\n\n" + table.text(width: Console.width)
  }

  private static let columns: [TextTable.Column] = ["step", "file", "bytes", "marks", "state"]

  private func cells(_ row: Row) -> [ConfigurationValue] {
    [
      .integer(row.checkpoint.step), .string(Console.path(row.checkpoint.url)),
      row.byteCount.map { .integer($0) } ?? .null, .list(row.marks.map { .string($0) }), .string(row.state),
    ]
  }
}
