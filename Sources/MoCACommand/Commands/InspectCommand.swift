import ArgumentParser
import Files
import Foundation
import MoCAProtocols
import Runner
import Storage

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a checkpoint or a run holds.",
    discussion: """
      A checkpoint is a safetensors file in a zstd stream; nothing in it is executed. Without --verify only its \
      header is read.

      Examples:
        moca inspect runs/faces/checkpoints/step-00001200.safetensors.zst
        moca inspect faces                    the run's record and its checkpoints
        moca inspect faces --verify           reads every byte of every checkpoint
        moca inspect faces --json
        moca inspect faces.safetensors.zst --json --values    sums, to check another reader
      """)

  @Argument(
    help: ArgumentHelp("A checkpoint's file, or a run's name or folder.", valueName: "path|run"),
    completion: .file())
  var path: String

  @Flag(help: "Read every byte and check it.")
  var verify = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "With --json: each tensor's sum and first four values, to compare with another reader's.")
  var values = false

  func validate() throws {
    if values, !json { throw ValidationError("--values goes with --json") }
  }

  func run() throws {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isThere, !isFolder.boolValue {
      let url = URL(fileURLWithPath: path)
      let header = try verify ? CheckpointFile.verify(url) : CheckpointFile.readHeader(url)
      let report = CheckpointReport(
        url: url, header: header, isVerified: verify, values: try values ? TensorValues.read(url) : [:])
      print(json ? report.tree.json : report.text)
      return
    }
    if !isThere, path.contains("/") { throw StorageError.missing(path: path, what: "checkpoint or run") }
    let report = try RunReport(StoredRun(RunLocation.existing(path)), verifies: verify)
    print(json ? report.tree.json : report.text)
    if let damage = report.damage { throw damage }
  }
}
