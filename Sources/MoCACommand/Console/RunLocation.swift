import Ablation
import Comparison
import Foundation
import MoCAProtocols
import Runner
import Terminal

/// Where runs are: a plain name stands for `runs/NAME`, anything with a slash is a path.
enum RunLocation {
  static let parent = "runs"

  /// The folder that a new run called `text` gets.
  static func new(_ text: String) throws -> URL {
    if text.isEmpty { throw Failure(.usage, "the name of a run is empty; give a name or a path with --run") }
    return isPath(text) ? URL(fileURLWithPath: text) : named(text)
  }

  /// The folder of a run that should exist.
  static func existing(_ text: String) throws -> RunFolder {
    let manager = FileManager.default
    if !isPath(text), !isRun(named(text)), !isRun(URL(fileURLWithPath: text)),
      !manager.fileExists(atPath: named(text).path)
    {
      let names = runNames
      let hint =
        names.isEmpty ? "; train one with moca train --run \(text)" : suggestion(for: text, among: names)
      throw Failure(.usage, "no run \"\(text)\" in \(parent)/\(hint)")
    }
    let url =
      isPath(text) || !manager.fileExists(atPath: named(text).path) ? URL(fileURLWithPath: text) : named(text)
    return try RunFolder(opening: url)
  }

  /// A name that is not taken: `stem`, `stem-2`, …
  static func unused(_ stem: String) -> URL {
    var (url, number) = (named(stem), 1)
    while FileManager.default.fileExists(atPath: url.path) {
      number += 1
      url = named("\(stem)-\(number)")
    }
    return url
  }

  /// The runs that words name: an ablation's, or the runs themselves.
  static func collection(_ words: [String]) throws -> RunCollection {
    if let found = words.first(where: { ablation($0) != nil }), let url = ablation(found) {
      if words.count > 1 {
        throw Failure(.usage, "\(Console.path(url)) is an ablation; name it alone, or name runs")
      }
      return try RunCollection(AblationFolder(opening: url))
    }
    let folders = try words.map(existing)
    let paths = folders.map { $0.url.resolvingSymlinksInPath().path }
    if let index = paths.indices.first(where: { paths.firstIndex(of: paths[$0]) != $0 }) {
      throw ComparisonError.repeated(words[index])
    }
    return try RunCollection(folders)
  }

  /// How a person names the run in `url` on the command line.
  static func argument(for url: URL) -> String {
    let path = Console.path(url)
    let name = url.lastPathComponent
    return path == "\(parent)/\(name)" ? name : path.contains("/") ? path : "./\(path)"
  }

  static var runNames: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { isRun(named($0)) }.sorted()
  }

  static var ablationNames: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    return names.filter { AblationFolder.isAblation(named($0)) }.sorted()
  }

  /// The cells of the named ablations, as paths.
  static var cellPaths: [String] {
    ablationNames.flatMap { name in
      let folder = "\(parent)/\(name)/cells"
      let cells = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return cells.sorted().map { "\(folder)/\($0)" }
    }
  }

  static func isRun(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.appendingPathComponent(RunFolder.configurationName).path)
  }

  private static func isPath(_ text: String) -> Bool { text.contains("/") || text == "." || text == ".." }

  /// The folder that a plain name stands for.
  static func folder(named name: String) -> URL { named(name) }

  /// The folder of an ablation called so, a path or a name under `runs/`; `nil` where there is none.
  static func ablation(_ text: String) -> URL? {
    if text.isEmpty { return nil }
    let places = isPath(text) ? [URL(fileURLWithPath: text)] : [named(text), URL(fileURLWithPath: text)]
    return places.first(where: AblationFolder.isAblation)
  }

  private static func named(_ name: String) -> URL {
    URL(fileURLWithPath: parent, isDirectory: true).appendingPathComponent(name)
  }
}
