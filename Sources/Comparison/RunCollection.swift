import Ablation
import Evaluation
import Files
import Foundation
import PluginKit
import Runner

/// A run beside others: where it stands among them and what is known of it.
package struct ComparedRun: Sendable {
  /// What it is called: the name of its folder.
  package let name: String
  /// Its folder, whether it is there yet or not.
  package let url: URL
  /// What tells it from the others, in the order of the collection's axes.
  package let coordinates: [AblationCell.Coordinate]
  /// How it ended as a cell of an ablation; `nil` where it has not, or is a run of its own.
  package let outcome: CellOutcome?
  /// `run.yaml`; `nil` where the run has not begun.
  package let run: StoredRun?
  /// The lines of `metrics.jsonl`.
  package let metrics: [[String: Double]]
  /// The scores of its last checkpoint, the newest file last.
  package let evaluations: [Evaluation]
  /// What a person types to have it again.
  package let command: String
  /// Whether it is a cell of an ablation.
  package let isCell: Bool
  /// Why a cell's scores do not count although it ended: a file that was changed, is missing or cannot be read, and what
  /// to do.
  package let flaw: String?

  /// Its value on an axis.
  package subscript(axis: String) -> String? { coordinates.first { $0.axis == axis }?.value }

  /// The steps that it has behind it, as its log says.
  package var step: Int { Int(metrics.last?[.step] ?? 0) }

  /// The steps that it was planned to take.
  package var totalSteps: Int? { run?.record?.steps }
}

/// Runs that are looked at together: the cells of an ablation, or any runs.
package struct RunCollection: Sendable {
  /// The runs, in the order of the matrix or as they were named.
  package let runs: [ComparedRun]
  /// The keys in which they differ, `training.seed` among them.
  package let axes: [String]
  /// The ablation, where they are one.
  package let ablation: AblationFolder?

  /// The cells of an ablation, those that have not run as well.
  ///
  /// - Throws: `StorageError`, `ConfigurationError`.
  package init(_ ablation: AblationFolder) throws {
    self.ablation = ablation
    axes = ablation.definition.axes.map(\.key)
    runs = try ablation.definition.cells.map { cell in
      try Self.cell(cell, of: ablation)
    }
  }

  /// Any runs. Their axes are the keys in which their configurations differ; `record` and where images lie do not
  /// count, and a key that follows from another plugin's choice does not either.
  ///
  /// - Throws: `StorageError`, `ConfigurationError`.
  package init(_ folders: [RunFolder]) throws {
    ablation = nil
    let stored = try folders.map(StoredRun.init)
    let names = Self.names(of: folders.map(\.url))
    let axes = Self.axes(of: stored.map(\.configuration))
    self.axes = axes
    runs = try zip(stored, names).map { run, name in
      let coordinates = axes.map { axis in
        AblationCell.Coordinate(axis: axis, value: Self.text(run.configuration, axis))
      }
      return try Self.read(
        name, at: run.folder.url, coordinates: coordinates,
        command: run.folder.againCommand)
    }
  }

  /// The names of the folders, with their parents where two are called the same.
  private static func names(of folders: [URL]) -> [String] {
    let names = folders.map(\.lastPathComponent)
    return zip(folders, names).map { url, name in
      let isAlone = names.filter { $0 == name }.count == 1
      return isAlone ? name : "\(url.deletingLastPathComponent().lastPathComponent)/\(name)"
    }
  }

  /// A cell, of which as much is read as can be: one that is damaged does not hide the others.
  private static func cell(_ cell: AblationCell, of ablation: AblationFolder) throws -> ComparedRun {
    let url = ablation.runURL(of: cell)
    let outcome = try ablation.outcome(of: cell)
    var flaws = [outcome.flatMap { changedFile(of: $0, in: url) }].compactMap { $0 }
    func whole<Value>(_ read: () throws -> Value) -> Value? {
      do {
        return try read()
      } catch {
        if flaws.isEmpty { flaws.append("\(error)") }
        return nil
      }
    }
    let isStarted = FileManager.default.fileExists(
      atPath: url.appendingPathComponent(RunFolder.configurationName).path)
    let run = isStarted ? whole { try StoredRun(RunFolder(opening: url)) } : nil
    let metrics = run.flatMap { run in whole { try MetricsLog.readIfThere(run.folder.metricsURL) } }
    let evaluations = run.flatMap { run in whole { try Evaluation.read(from: run.folder) } }
    return ComparedRun(
      name: cell.name, url: url, coordinates: cell.coordinates, outcome: outcome, run: run,
      metrics: metrics ?? [], evaluations: evaluations ?? [], command: ablation.command(of: cell),
      isCell: true,
      flaw: flaws.first.map { "\($0); run the cell again with: \(ablation.redoCommand(of: cell))" })
  }

  /// The first file of a finished cell that is not the one it ended with. Its checkpoint, which is large and of which
  /// nothing is read here, is left to `AblationFolder.editedCells()`.
  private static func changedFile(of outcome: CellOutcome, in url: URL) -> String? {
    guard outcome.isScored else { return nil }
    let files = outcome.digests.filter { !$0.key.hasPrefix("checkpoints/") }.sorted { $0.key < $1.key }
    for (name, digest) in files {
      guard let found = try? Digest.file(url.appendingPathComponent(name)) else {
        return "\(name) is missing or cannot be read"
      }
      if found != digest { return "\(name) was changed after the cell ended" }
    }
    return nil
  }

  private static func read(
    _ name: String, at url: URL, coordinates: [AblationCell.Coordinate], command: String
  ) throws -> ComparedRun {
    let run = try StoredRun(RunFolder(opening: url))
    return ComparedRun(
      name: name, url: url, coordinates: coordinates, outcome: nil, run: run,
      metrics: try MetricsLog.readIfThere(run.folder.metricsURL),
      evaluations: try Evaluation.read(from: run.folder), command: command, isCell: false, flaw: nil)
  }

  /// The keys in which configurations differ. Where a plugin differs its name is the key. Its settings count where two
  /// runs with the same plugin differ in them, and a key that one run does not know at all, as one of an older version,
  /// does not count.
  private static func axes(of configurations: [ConfigurationValue]) -> [String] {
    var keys: [String] = []
    for (index, first) in configurations.enumerated() {
      for second in configurations.dropFirst(index + 1) {
        for key in differingKeys(first, second) where !keys.contains(key) { keys.append(key) }
      }
    }
    let plugins = keys.filter { !$0.contains(".") }
    let others = keys.filter { $0.contains(".") && $0 != Experiment.seedKey }
    return plugins + others + keys.filter { $0 == Experiment.seedKey }
  }

  private static func differingKeys(_ first: ConfigurationValue, _ second: ConfigurationValue) -> [String] {
    let differences = Experiment.differences(from: first, to: second)
    let plugins = differences.map(\.key).filter { $0.hasSuffix(".name") }
      .map { String($0.dropLast(5)) }
    let others = differences.filter { difference in
      let key = difference.key
      return difference.mine != nil && difference.theirs != nil && !key.hasPrefix("record.")
        && key != "dataset.path" && !plugins.contains { key.hasPrefix($0 + ".") }
    }
    return plugins + others.map(\.key)
  }

  private static func text(_ configuration: ConfigurationValue, _ axis: String) -> String {
    let value = configuration[path: axis.split(separator: ".").map(String.init)]
    guard let value else { return "-" }
    return value["name"]?.text ?? value.text ?? value.json
  }
}

extension Evaluation {
  /// The scores of the latest step that was scored, the newest file last.
  ///
  /// - Throws: `StorageError` where a file cannot be read.
  package static func read(from run: RunFolder) throws -> [Evaluation] {
    let manager = FileManager.default
    guard manager.fileExists(atPath: run.evaluationURL.path) else { return [] }
    let urls = try manager.contentsOfDirectory(
      at: run.evaluationURL, includingPropertiesForKeys: [.contentModificationDateKey])
    let files = urls.filter { $0.pathExtension == "json" }.map { url in
      (
        url: url,
        date: (try? url.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate
      )
    }
    let sorted = files.sorted {
      ($0.date ?? .distantPast, $0.url.lastPathComponent) < (
        $1.date ?? .distantPast, $1.url.lastPathComponent
      )
    }
    let all = try sorted.map { file in
      do {
        return try JSONDecoder().decode(Evaluation.self, from: Data(contentsOf: file.url))
      } catch {
        throw EvaluationError.unreadable(path: file.url.path)
      }
    }
    let last = all.compactMap(\.step).max()
    return all.filter { $0.step == last }
  }
}
