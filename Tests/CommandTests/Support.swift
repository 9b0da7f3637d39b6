import Foundation
import Testing

/// What a finished process has left.
struct Invocation {
  let status: Int32
  let output: String
  let errors: String

  /// The lines of standard output.
  var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A temporary folder in which the executable runs, with a cache of its own. It goes away with the object.
final class Workspace: Sendable {
  let url: URL

  /// Settings of the smallest run there is.
  static let tiny = [
    "dataset.count=64", "dataset.size=28", "training.steps=3", "training.batch=8", "backbone.width=4",
    "latent.size=8", "--threads", "1",
  ]
  /// And the size of the memory, for regularizers with a queue.
  static let queue = ["memory.capacity=16"]

  init() throws {
    let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    url = parent.appendingPathComponent("command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// A workspace with the run `tiny` in it; it is trained once and copied.
  static func withRun() throws -> Workspace {
    let workspace = try Workspace()
    let runs = try trained.get().url.appendingPathComponent("runs")
    try FileManager.default.copyItem(at: runs, to: workspace["runs"])
    return workspace
  }

  private static let trained = Result {
    let workspace = try Workspace()
    let result = try workspace.moca(["train", "--run", "tiny"] + tiny + queue)
    try #require(result.status == 0, "\(result.errors)")
    return workspace
  }

  /// A path inside.
  subscript(path: String) -> URL { url.appendingPathComponent(path) }

  /// Whether something is there.
  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: self[path].path) }

  /// Everything but the cache, as paths.
  var contents: [String] {
    let paths = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { !$0.hasPrefix("cache") && !$0.hasPrefix(".") }.sorted()
  }

  /// Writes a file and the folders above it.
  func write(_ data: Data, to path: String) throws {
    let folder = self[path].deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try data.write(to: self[path])
  }

  /// The checkpoint of a step of a run.
  func checkpoint(_ step: Int, of run: String = "tiny") -> URL {
    let digits = String(step)
    let number = String(repeating: "0", count: 8 - digits.count) + digits
    return self["runs/\(run)/checkpoints/step-\(number).safetensors.zst"]
  }

  /// The objects of a run's metrics.
  func metrics(of run: String) throws -> [[String: Any]] {
    try String(contentsOf: self["runs/\(run)/metrics.jsonl"], encoding: .utf8).split(separator: "\n").map {
      try json(String($0)) as? [String: Any] ?? [:]
    }
  }

  /// The value behind `key:` in a run's `run.yaml`.
  func record(_ key: String, of run: String) throws -> String? {
    let lines = try String(contentsOf: self["runs/\(run)/run.yaml"], encoding: .utf8).split(separator: "\n")
    return lines.first { $0.contains("  \(key): ") }.map(String.init)
  }
}

extension Workspace {
  /// The executable, beside the tests where they are built together.
  static let executable: URL = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = [
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("moca"),
      Bundle.main.bundleURL.appendingPathComponent("moca"),
      package.appendingPathComponent(".build/release/moca"), package.appendingPathComponent(".build/debug/moca"),
    ]
    guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
      fatalError("the executable moca was not found in \(candidates.map(\.path)); build it first")
    }
    return found
  }()

  /// A process in this folder that is not started yet.
  func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = url
    var environment = ProcessInfo.processInfo.environment
    environment["MOCA_CACHE"] = self["cache"].path
    process.environment = environment
    return process
  }

  /// Runs `moca`.
  func moca(_ arguments: [String]) throws -> Invocation { try finish(process(arguments)) }

  /// Runs `moca` under a limit on the size of files, in blocks of 512 bytes or more.
  func moca(_ arguments: [String], fileBlocks: Int) throws -> Invocation {
    let process = process(["-c", "ulimit -f \(fileBlocks); exec \"$0\" \"$@\"", Self.executable.path] + arguments)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    return try finish(process)
  }

  private func finish(_ process: Process) throws -> Invocation {
    let id = UUID().uuidString
    let files = try [self[".out-\(id)"], self[".err-\(id)"]].map { file in
      try Data().write(to: file)
      return (url: file, handle: try FileHandle(forWritingTo: file))
    }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = files[0].handle
    process.standardError = files[1].handle
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { String(decoding: try Data(contentsOf: $0.url), as: UTF8.self) }
    for file in files {
      try file.handle.close()
      try FileManager.default.removeItem(at: file.url)
    }
    return Invocation(status: process.terminationStatus, output: texts[0], errors: texts[1])
  }
}

/// Parses JSON.
func json(_ text: String) throws -> Any {
  try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
}

/// Width and height as a PNG file's header has them.
func pixels(of png: URL) throws -> [Int] {
  let bytes = [UInt8](try Data(contentsOf: png))
  try #require(bytes.count > 24 && bytes[1...3] == [0x50, 0x4E, 0x47], "\(png.path) is no PNG file")
  return [16, 20].map { start in bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) } }
}
