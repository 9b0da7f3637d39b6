import ArgumentParser
import Foundation
import Runner
import Terminal

/// Where a picture goes.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long], help: "The PNG file to write (default: a name of its own in the run's samples/).",
    completion: .file(extensions: ["png"]))
  var output: String?

  @Flag(help: "Replace an output that exists.")
  var force = false

  /// Refuses early what could not be written later.
  func check() throws {
    guard let output else { return }
    if output.isEmpty { throw Failure(.usage, "--output is empty; give the name of a PNG file") }
    try check(URL(fileURLWithPath: output))
    let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: folder) {
      throw Failure(.usage, "the folder \(folder) of --output does not exist; make it first")
    }
  }

  /// Refuses to replace a file unless asked to.
  func check(_ url: URL) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else { return }
    if isFolder.boolValue { throw Failure(.usage, "\(url.path) is a folder; give the name of a PNG file") }
    if !force {
      throw Failure(
        .usage, "\(Console.path(url)) exists already; choose another --output, or replace it with --force")
    }
  }

  /// Writes a grid to `--output`, or to `name` in the run's samples, and prints the path.
  func write(_ grid: ImageGrid, of run: StoredRun, named name: String) throws {
    let url = output.map { URL(fileURLWithPath: $0) } ?? run.folder.samplesURL.appendingPathComponent(name)
    try grid.write(to: url)
    print(Console.path(url))
  }
}

/// Checks that a number given as an option is at least 1 and not absurd.
func checkCount(_ value: Int, _ option: String, limit: Int = 100_000) throws {
  if value < 1 || value > limit {
    throw ValidationError("\(option) must be between 1 and \(limit), found \(value)")
  }
}
