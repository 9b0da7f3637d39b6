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
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
        "moca"),
      Bundle.main.bundleURL.appendingPathComponent("moca"),
      package.appendingPathComponent(".build/release/moca"),
      package.appendingPathComponent(".build/debug/moca"),
    ]
    guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
    else {
      fatalError("the executable moca was not found in \(candidates.map(\.path)); build it first")
    }
    return found
  }()

  /// Runs `moca`.
  func moca(_ arguments: [String]) throws -> Invocation { try finish(command(arguments)) }

  /// Runs `moca` under a limit on the size of files, in blocks of 512 bytes or more.
  func moca(_ arguments: [String], fileBlocks: Int) throws -> Invocation {
    try finish("ulimit -f \(fileBlocks); " + command(arguments))
  }

  /// Runs `moca` with a folder of programs before all others.
  func moca(_ arguments: [String], programs: String) throws -> Invocation {
    try finish("export PATH='\(self[programs].path)':$PATH; " + command(arguments))
  }

  /// Runs the same command in two processes at a time.
  func mocaTwice(_ arguments: [String]) throws -> [Invocation] {
    let files = ["first", "second"].map { self[".\($0)"].path }
    // A pipeline, since a shell that was started with SIGCHLD blocked never hears of the end of a background job.
    let starts = files.map { "(\(command(arguments)) >'\($0).out' 2>'\($0).errors')" }
    _ = try finish(starts.joined(separator: " | "))
    return try files.map { file in
      let errors = try String(contentsOfFile: file + ".errors", encoding: .utf8)
      return Invocation(
        status: errors.contains("error:") ? 1 : 0,
        output: try String(contentsOfFile: file + ".out", encoding: .utf8), errors: errors)
    }
  }

  /// Runs `moca` and sends it a signal once standard error holds `text`.
  ///
  /// - Returns: The exit code, and standard error.
  func moca(_ arguments: [String], sending number: Int32, onceSaid text: String) throws -> Invocation {
    let stream = try open("echo $$; " + command(arguments) + " 2>&1 >/dev/null")
    let process = try #require(pid_t(Self.line(of: stream)?.trimmingCharacters(in: .newlines) ?? ""))
    var errors = ""
    var isSent = false
    while let line = Self.line(of: stream) {
      errors += line
      if !isSent, line.contains(text) {
        kill(process, number)
        isSent = true
      }
    }
    return Invocation(status: Self.exitCode(pclose(stream)), output: "", errors: errors)
  }

  /// A line for the shell, whose process becomes the program. Foundation's `Process` hangs now and then where several
  /// threads wait, so `popen` starts it.
  private func command(_ arguments: [String]) -> String {
    let words = [Self.executable.path] + arguments
    let quoted = words.map { "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'" }
    return "exec " + quoted.joined(separator: " ") + " </dev/null"
  }

  private func open(_ line: String) throws -> UnsafeMutablePointer<FILE> {
    try #require(popen("cd '\(url.path)'; export MOCA_CACHE='\(self["cache"].path)'; " + line, "r"))
  }

  private func finish(_ line: String) throws -> Invocation {
    let file = self[".errors-\(UUID().uuidString)"]
    let stream = try open(line + " 2>'\(file.path)'")
    var output = ""
    while let line = Self.line(of: stream) { output += line }
    let status = Self.exitCode(pclose(stream))
    let errors = try String(contentsOf: file, encoding: .utf8)
    try FileManager.default.removeItem(at: file)
    return Invocation(status: status, output: output, errors: errors)
  }

  private static func line(of stream: UnsafeMutablePointer<FILE>) -> String? {
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    guard getline(&line, &capacity, stream) >= 0, let line else { return nil }
    return String(cString: line)
  }

  /// The exit code in the status of a process; 128 and the signal for one that was killed.
  private static func exitCode(_ status: Int32) -> Int32 {
    status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }
}

/// Whether a file has these bytes. A failed comparison of `Data` would search for the differences for minutes.
func same(_ data: Data, _ file: URL) throws -> Bool { try Data(contentsOf: file) == data }

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
