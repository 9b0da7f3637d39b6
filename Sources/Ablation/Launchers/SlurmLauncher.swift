import Files
import Foundation
import PluginKit

/// Hands the cells to Slurm as a job array over the same folder.
public struct SlurmLauncher: LauncherPlugin {
  /// What `sbatch` is told.
  public struct Configuration: PluginConfiguration {
    @Setting("partition of the cluster; null for its default") public var partition: String?
    @Setting("time limit of a cell, as Slurm writes it: 30, 2:00:00 or 1-00:00:00", source: "ours")
    public var time = "4:00:00"
    @Setting("memory of a cell, as Slurm writes it", source: "ours") public var memory = "8G"
    @Setting("generic resources of a cell, as in gpu:1; null for none") public var gres: String?
    @Setting("account that is charged; null for the user's default") public var account: String?
    @Setting("shell commands before each cell, such as module load …; null for none")
    public var setup: String?
    @Setting("whether the job is submitted, and not only written") public var submit = true

    public init() {}
  }

  public static let name = "slurm"
  public static let summary = "on a cluster, as a Slurm job array over the same folder"
  public static let reference = Citation(
    "Yoo, Jette, Grondona: SLURM: Simple Linux Utility for Resource Management, JSSPP 2003",
    url: "https://slurm.schedmd.com/sbatch.html")
  public static let about = """
    Writes slurm/array.sbatch and the list of unfinished cells into the folder of the ablation and submits them with \
    sbatch: one array task for each cell, as many at a time as there are jobs. Each task claims its cell as every other process does, \
    so that tasks that are requeued or started twice do no harm. The folder must be one that the nodes share.
    """

  public let isRemote = true
  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  public func launch(_ work: LaunchWork) throws -> String? {
    if work.cells.isEmpty { return nil }
    let folder = work.folder.url.appendingPathComponent("slurm", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // A list of its own for each submission: tasks of an earlier one still read theirs.
    let stamp = String(UInt64(Date().timeIntervalSince1970 * 1000), radix: 36)
    let list = folder.appendingPathComponent("cells-\(stamp).txt")
    let names = work.cells.map { $0.name + "\n" }.joined()
    try AtomicFile.write(Data(names.utf8), to: list)
    let script = folder.appendingPathComponent("array-\(stamp).sbatch")
    try AtomicFile.write(Data(self.script(work, list: list).utf8), to: script)
    guard configuration.submit else {
      return "wrote \(script.path); submit it with: sbatch \(script.path.shellWord)"
    }
    return "submitted job \(try submit(script)) with \(work.cells.count) tasks"
  }

  /// The job array's script.
  func script(_ work: LaunchWork, list: URL) -> String {
    let folder = work.folder.url.path
    let options: [(String, String?)] = [
      ("job-name", "moca-" + work.folder.url.lastPathComponent.filter { !$0.isWhitespace }),
      ("array", "1-\(work.cells.count)%\(max(1, work.options.jobs))"),
      ("cpus-per-task", String(work.folder.definition.threads)),
      ("mem", configuration.memory), ("time", configuration.time), ("partition", configuration.partition),
      ("gres", configuration.gres), ("account", configuration.account),
      ("chdir", FileManager.default.currentDirectoryPath),
      ("output", "\(folder.replacing("%", with: "%%"))/slurm/%A-%a.log"),
      // Asked to stop a minute and a half before the limit, a cell saves a checkpoint and can go on later.
      ("signal", "B:TERM@90"), ("requeue", ""),
    ]
    let lines = options.compactMap { name, value in
      value.map {
        $0.isEmpty ? "#SBATCH --\(name)" : "#SBATCH --\(name)=\($0.contains(" ") ? "\"\($0)\"" : $0)"
      }
    }
    return
      (["#!/bin/bash"] + lines
      + [
        "set -u", configuration.setup ?? "",
        "cell=$(sed -n \"${SLURM_ARRAY_TASK_ID}p\" \(list.path.shellWord))",
        work.command(forCell: "\"$cell\"") + " &",
        "child=$!",
        "trap 'kill -TERM $child' INT TERM",
        "wait $child || { status=$?; wait $child; exit $status; }",
      ]).filter { !$0.isEmpty }.joined(separator: "\n") + "\n"
  }

  /// Hands the script to `sbatch`.
  ///
  /// - Returns: The job's number.
  private func submit(_ script: URL) throws -> String {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sbatch", "--parsable", script.path]
    process.standardOutput = output
    process.standardError = errors
    let text = { (pipe: Pipe) in
      String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    do {
      try process.run()
    } catch {
      throw AblationError.launcher("sbatch cannot be started: \(error.localizedDescription)")
    }
    let (said, complaint) = (text(output), text(errors))
    process.waitUntilExit()
    guard process.terminationStatus == 0, let job = said.split(separator: ";").first else {
      let reason = process.terminationStatus == 127 ? "sbatch was not found on this machine" : complaint
      throw AblationError.launcher(
        "the job was not submitted: \(reason); it is written to \(script.path), and slurm.submit=false only writes it"
      )
    }
    return String(job)
  }
}
