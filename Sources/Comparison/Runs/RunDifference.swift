import Files
import Foundation
import Metrics
import PluginKit
import Runner

/// What tells two runs apart: configuration, record, data and curves.
package struct RunDifference: Sendable {
  /// The keys of the configuration that differ, names of plugins first.
  package let configuration: [Experiment.Difference]
  /// What differs in the record: versions, machine, digests of weights and order.
  package let record: [Experiment.Difference]
  /// What differs in the data: their digest, how many images, their shape.
  package let data: [Experiment.Difference]
  /// The quantities that both have logged and that mean the same in both.
  package let curves: [CurveDifference]
  /// The logged steps that both have.
  package let commonSteps: Int
  /// What a reader should know beside that.
  package let notes: [String]
  private let haveEqualLength: Bool

  private static let dataKeys = ["dataDigest", "trainingImages", "heldOutImages", "imageShape"]
  /// What a line says about time, or what follows from the configuration.
  private static let clocks = MetricKey.allCases.filter { $0.topic == .schedule || $0.topic == .speed }
  /// What draws of the prior give: it does not tell two runs apart.
  private static let nulls = LatentMatch.Measure.allCases.map { MetricKey.heldOut($0).null }

  /// Compares two runs.
  ///
  /// - Throws: `StorageError` where a log cannot be read.
  package init(_ first: StoredRun, _ second: StoredRun) throws {
    let all = Experiment.differences(from: first.configuration, to: second.configuration)
    configuration = all.filter { $0.key.hasSuffix(".name") } + all.filter { !$0.key.hasSuffix(".name") }
    let records = Experiment.differences(
      from: first.record?.tree ?? .empty, to: second.record?.tree ?? .empty)
    record = records.filter { !Self.dataKeys.contains($0.key) }
    data = records.filter { Self.dataKeys.contains($0.key) }
    let logs = try [first, second].map { try Self.log(of: $0) }
    let steps = logs.map { $0.keys.sorted() }
    commonSteps = steps[0].count { logs[1][$0] != nil }
    haveEqualLength = steps[0] == steps[1]
    let meanings = Self.otherMeanings(all.map(\.key))
    curves = Self.quantities(logs).filter { name in
      !meanings.contains { $0.concerns(MetricKey(rawValue: name)) }
    }.map { name in
      CurveDifference(name, logs[0].compactMapValues { $0[name] }, logs[1].compactMapValues { $0[name] })
    }.filter { $0.count > 0 }
    notes =
      Self.lengthNotes([first, second], steps)
      + meanings.map(\.note)
  }

  /// Quantities that do not mean the same in two runs, and why.
  private struct OtherMeaning {
    let note: String
    /// Whether a quantity is one of them; `nil` for what a regularizer or a memory tells of itself.
    let concerns: (MetricKey?) -> Bool
  }

  /// What the keys in which two configurations differ do to the meaning of what is logged.
  private static func otherMeanings(_ keys: [String]) -> [OtherMeaning] {
    let first = { (prefixes: [String]) in
      keys.first { key in prefixes.contains { key == $0 || key.hasPrefix($0 + ".") } }
    }
    let isWeight = { (key: String) in key == "regularizer.weight" || key.hasPrefix("schedule.weight") }
    let codes = first(["prior", "latent", "posterior"])
    let penalty = keys.first { $0.hasPrefix("regularizer.") && !isWeight($0) } ?? first(["memory"]) ?? codes
    let scale = keys.first(where: isWeight)
    let unit = first(["reconstruction.unit"])
    var meanings: [OtherMeaning] = []
    if let penalty {
      meanings.append(
        .init(note: "the loss, the penalty and its parts are left out: \(penalty) differs") { key in
          key?.topic != .heldOut && key != .reconstruction && key != .gradientRatio
        })
    } else if let scale {
      meanings.append(.init(note: "the loss is left out: \(scale) differs") { $0 == .loss })
    }
    if let unit {
      meanings.append(
        .init(note: "the reconstruction error is left out: \(unit) differs") {
          $0 == .loss || $0 == .reconstruction
        })
    }
    if let codes {
      meanings.append(
        .init(note: "the match of held-out codes is left out: \(codes) differs") { key in
          key?.topic == .heldOut && key != .heldOutReconstruction
        })
    }
    return meanings
  }

  /// Whether the runs are one and the same: configuration, data and every logged value.
  package var isSame: Bool {
    configuration.isEmpty && data.isEmpty && haveEqualLength && commonSteps > 0
      && curves.allSatisfy { $0.firstDifference == nil }
  }

  private static func log(of run: StoredRun) throws -> [Int: [String: Double]] {
    let lines = try MetricsLog.readIfThere(run.folder.metricsURL)
    return Dictionary(lines.map { (Int($0[.step] ?? 0), $0) }, uniquingKeysWith: { $1 })
  }

  /// The quantities of both logs: errors and penalties first, the rest by name.
  private static func quantities(_ logs: [[Int: [String: Double]]]) -> [String] {
    let names = logs.map { log in Set(log.values.flatMap(\.keys)) }
    let shared = names[0].intersection(names[1]).subtracting((clocks + nulls).map(\.rawValue))
    let first = [MetricKey.reconstruction, .loss, .penalty, .heldOutReconstruction].map(\.rawValue)
      .filter(shared.contains)
    return first + shared.filter { !first.contains($0) }.sorted()
  }

  private static func lengthNotes(_ runs: [StoredRun], _ steps: [[Int]]) -> [String] {
    let names = runs.map { $0.folder.url.lastPathComponent }
    var notes: [String] = []
    for (name, steps) in zip(names, steps) where steps.isEmpty { notes.append("\(name) has logged no step") }
    guard let first = steps[0].last, let second = steps[1].last else { return notes }
    if first != second {
      notes.append("\(names[0]) is logged to step \(first), \(names[1]) to step \(second)")
    }
    let intervals = runs.map { $0.configuration["record"]?["metrics"]?.int }
    if let first = intervals[0], let second = intervals[1], first != second {
      notes.append(
        "\(names[0]) logs every \(first) steps, \(names[1]) every \(second); a value is the mean since the last line, "
          + "so the curves differ by that too")
    }
    return notes
  }
}

extension MetricsLog {
  /// The lines of a log; none where there is no such file yet.
  static func readIfThere(_ url: URL) throws -> [[String: Double]] {
    do {
      return try read(url)
    } catch StorageError.missing {
      return []
    }
  }
}
