import Foundation
import PluginKit

/// The runs below some folders, those in ablations as well.
public struct RunListing: Sendable {
  /// The runs, in the order in which they were found.
  public private(set) var runs: [ListedRun]

  private static let depth = 5

  /// Finds the runs at and below `folders`. Folders inside a run are not looked into.
  public init(_ folders: [URL]) {
    let found = folders.flatMap { Self.find(at: URL(fileURLWithPath: $0.path), in: nil, depth: 0) }
    var seen: Set<String> = []
    let own = found.filter { seen.insert($0.url.standardizedFileURL.path).inserted }
    runs = own.map { ListedRun($0.url, ablation: $0.ablation) }
  }

  /// The runs that fit every condition.
  ///
  /// - Parameters:
  ///   - conditions: A configuration key each and the value that it must have; `*` and `?` stand for other characters,
  ///     and numbers are equal as numbers.
  ///   - known: Keys that there are beside those of the runs found.
  /// - Throws: ``ConfigurationError`` for a key that there is not.
  public func filtered(
    _ conditions: [(key: String, pattern: String)], known: [String] = []
  ) throws -> RunListing {
    let conditions = conditions.map { (key: Experiment.fullKey($0.key), pattern: $0.pattern) }
    let keys = Set(known + runs.flatMap { Self.keys(of: $0.configuration) })
    for (key, _) in conditions where !runs.isEmpty && !keys.contains(key) { throw Self.unknown(key, keys) }
    var listing = self
    listing.runs = runs.filter { run in
      conditions.allSatisfy { condition in
        run.value(condition.key).map { Self.fits($0, condition.pattern) } ?? false
      }
    }
    return listing
  }

  /// The runs in one of these states.
  public func filtered(_ states: [ListedRun.State]) -> RunListing {
    var listing = self
    if !states.isEmpty { listing.runs = runs.filter { states.contains($0.state) } }
    return listing
  }

  private static func find(
    at url: URL, in ablation: URL?, depth: Int
  ) -> [(url: URL, ablation: URL?)] {
    let manager = FileManager.default
    if manager.fileExists(atPath: url.appendingPathComponent(RunFolder.configurationName).path) {
      return [(url, ablation ?? enclosingAblation(of: url))]
    }
    if depth >= Self.depth { return [] }
    let isAblation = AblationFolder.isAblation(url)
    let folder = isAblation ? url.appendingPathComponent("cells") : url
    let names = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name in
      let inside = folder.appendingPathComponent(name)
      let isLink = (try? manager.destinationOfSymbolicLink(atPath: inside.path)) != nil
      var isFolder: ObjCBool = false
      let isThere = manager.fileExists(atPath: inside.path, isDirectory: &isFolder)
      guard isThere, isFolder.boolValue else { return [(url: URL, ablation: URL?)]() }
      return find(at: inside, in: isAblation ? url : ablation, depth: isLink ? Self.depth : depth + 1)
    }
  }

  /// The ablation of a run that was named by its own path.
  private static func enclosingAblation(of url: URL) -> URL? {
    let cells = url.standardizedFileURL.deletingLastPathComponent()
    let parent = cells.deletingLastPathComponent()
    return cells.lastPathComponent == "cells" && AblationFolder.isAblation(parent) ? parent : nil
  }

  /// Every dotted key, and the sections with a plugin.
  private static func keys(of tree: ConfigurationValue, prefix: String = "") -> [String] {
    tree.members.flatMap { member -> [String] in
      let key = prefix + member.key
      guard case .object = member.value else { return [key] }
      return (member.value["name"] == nil ? [] : [key]) + keys(of: member.value, prefix: key + ".")
    }
  }

  private static func fits(_ value: String, _ pattern: String) -> Bool {
    if let number = Double(value), let other = Double(pattern) { return number == other }
    return fnmatch(pattern, value, 0) == 0
  }

  /// The keys of the same section, or those that end like it, or the sections.
  private static func unknown(_ key: String, _ keys: Set<String>) -> ConfigurationError {
    let section = key.split(separator: ".").first.map(String.init) ?? key
    let sections = Set(keys.compactMap { $0.split(separator: ".").first.map(String.init) }).sorted()
    let ending = keys.filter { $0.hasSuffix("." + key) }.sorted()
    if ending.count == 1 {
      return .incompatible("unknown key \"\(key)\"; did you mean \"\(ending[0])\"?")
    }
    let inside = keys.filter { $0.hasPrefix(section + ".") }.sorted()
    if !inside.isEmpty { return .unknownKey(path: key, available: inside) }
    if ending.isEmpty, let near = nearestMatch(to: key, among: keys.sorted()) {
      return .incompatible("unknown key \"\(key)\"; did you mean \"\(near)\"?")
    }
    return .unknownKey(path: key, available: ending.isEmpty ? sections : ending)
  }
}
