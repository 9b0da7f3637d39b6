import Ablation
import Foundation
import PluginKit
import Runner

/// The runs below some folders, those in ablations as well.
package struct RunListing: Sendable {
  /// The runs, in the order in which they were found.
  package private(set) var runs: [ListedRun]

  private static let depth = 5

  /// Finds the runs at and below `folders`. Folders inside a run are not looked into.
  package init(_ folders: [URL]) {
    let found = folders.flatMap { Self.find(at: URL(fileURLWithPath: $0.path), depth: 0) }
    var paths: [String] = []
    var places: [String: [URL]] = [:]
    for url in found {
      let path = url.resolvingSymlinksInPath().path
      if places[path] == nil { paths.append(path) }
      places[path, default: []].append(url)
    }
    // A cell stays one whatever link leads to it, and wherever a link in an ablation leads.
    runs = paths.compactMap { path in
      guard let urls = places[path], let first = urls.first else { return nil }
      let cells = (urls.map(\.standardizedFileURL) + [URL(fileURLWithPath: path)]).filter(Self.isCell)
      return ListedRun(first, cells: cells)
    }
  }

  /// The runs that fit every condition.
  ///
  /// - Parameters:
  ///   - conditions: A configuration key each and the value that it must have; `*` and `?` stand for other characters,
  ///     and numbers are equal as numbers.
  ///   - known: Keys that there are beside those of the runs found.
  /// - Throws: `ConfigurationError` for a key that there is not.
  package func filtered(
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
  package func filtered(_ states: [ListedRun.State]) -> RunListing {
    var listing = self
    if !states.isEmpty { listing.runs = runs.filter { states.contains($0.state) } }
    return listing
  }

  private static func find(at url: URL, depth: Int) -> [URL] {
    let manager = FileManager.default
    if manager.fileExists(atPath: url.appendingPathComponent(RunFolder.configurationName).path) {
      return [url]
    }
    if depth >= Self.depth { return [] }
    let folder = AblationFolder.isAblation(url) ? url.appendingPathComponent("cells") : url
    let names = (try? manager.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().flatMap { name in
      let inside = folder.appendingPathComponent(name)
      let isLink = (try? manager.destinationOfSymbolicLink(atPath: inside.path)) != nil
      var isFolder: ObjCBool = false
      let isThere = manager.fileExists(atPath: inside.path, isDirectory: &isFolder)
      guard isThere, isFolder.boolValue else { return [URL]() }
      return find(at: inside, depth: isLink ? Self.depth : depth + 1)
    }
  }

  /// Whether a run's folder lies among the cells of an ablation.
  private static func isCell(_ url: URL) -> Bool {
    let folder = url.deletingLastPathComponent()
    return folder.lastPathComponent == "cells"
      && AblationFolder.isAblation(folder.deletingLastPathComponent())
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
