import Foundation
import Runner
import Storage
import Testing

/// Kills real processes, so it needs the built command beside the test bundle.
@Suite("Killing a run", .serialized)
struct KillTests {
  private static let executable = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("moca")
  private static let overrides = [
    "dataset.count=400", "dataset.size=28", "backbone.width=4", "latent.size=8", "memory.capacity=64",
    "training.batch=16", "training.steps=40", "record.checkpoint=3", "record.metrics=5",
    "record.evaluation=10", "record.samples=10",
  ]

  @Test(
    "a run killed at a random moment and resumed, twenty times, ends with the bits of the run never killed")
  func killAndResume() throws {
    let folder = try TemporaryFolder()
    let start = ProcessInfo.processInfo.systemUptime
    #expect(try run(in: folder, "whole", killedAfter: nil) == 0)
    let length = ProcessInfo.processInfo.systemUptime - start
    let expected = try finalRecords(folder["whole"])
    var generator = SystemRandomNumberGenerator()
    var kills = 0
    for round in 0..<20 {
      let name = "killed-\(round)"
      let moment = Double.random(in: 0.05...length, using: &generator)
      if try run(in: folder, name, killedAfter: moment) != 0 { kills += 1 }
      try checkReadable(folder[name])
      #expect(try run(in: folder, name, killedAfter: nil) == 0, "the resumed run failed after \(moment) s")
      #expect(try finalRecords(folder[name]) == expected, "the bits differ after a kill at \(moment) s")
    }
    #expect(kills > 0, "no run lived long enough to be killed")
  }

  /// Starts or resumes the run; returns its exit status, or −9 where it was killed.
  private func run(in folder: TemporaryFolder, _ name: String, killedAfter seconds: Double?) throws -> Int32 {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments =
      ["train", "--run", folder[name].path, "--resume", "--quiet", "--threads", "1"] + Self.overrides
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["MOCA_CACHE": folder["cache"].path]
    ) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    if let seconds {
      let killer = DispatchWorkItem { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: killer)
    }
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? -9 : process.terminationStatus
  }

  /// Every checkpoint of a killed run can be read.
  private func checkReadable(_ url: URL) throws {
    guard let run = try? RunFolder(opening: url) else { return }
    for checkpoint in try run.checkpoints() { try CheckpointFile.verify(checkpoint.url) }
  }

  private func finalRecords(_ url: URL) throws -> Data {
    try Data(contentsOf: RunFolder(opening: url).checkpointURL(step: 40))
  }
}
