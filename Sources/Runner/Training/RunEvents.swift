import EventLog
import Files
import Foundation
import PluginKit

/// The TensorBoard event file that a process adds to its run: the lines of ``MetricsLog``, the sample grids and the
/// configuration, so that `tensorboard --logdir runs` shows the curves and compares the runs.
final class RunEvents {
  private let file: WritableFile
  private let log: EventLogWriter

  /// Begins a file in the run's folder. TensorBoard drops what earlier files have from `firstStep` on.
  ///
  /// - Throws: `StorageError`.
  init(_ folder: RunFolder, experiment: Experiment, firstStep: Int) throws {
    let path = folder.url.appendingPathComponent(Self.fileName(in: folder.url)).path
    let file = try WritableFile(path: path, flags: O_CREAT | O_EXCL)
    self.file = file
    log = try EventLogWriter(firstStep: firstStep, write: file.write)
    try log.hyperparameters(Self.hyperparameters(of: experiment))
  }

  /// Writes a line of `metrics.jsonl`.
  ///
  /// - Throws: `StorageError`.
  func append(step: Int, _ line: [(String, Double)]) throws {
    try log.scalars(step: step, line.map { (Self.tag(of: $0.0), $0.1) })
  }

  /// Writes a picture that the run has drawn.
  ///
  /// - Throws: `StorageError`.
  func append(step: Int, _ name: String, picture url: URL) throws {
    let picture = try ReadableFile(url, what: "picture")
    try log.image(step: step, tag: name, png: picture.read(0..<picture.byteCount))
  }

  /// Notes that the run is over and closes the file.
  ///
  /// - Throws: `StorageError`.
  func end(succeeded: Bool) throws {
    try log.end(succeeded: succeeded)
    try file.close()
  }

  /// Where a number of `metrics.jsonl` stands in TensorBoard, which folds tags at the slash.
  static func tag(of name: String) -> String {
    guard let key = MetricKey(rawValue: name) else { return "diagnostics/\(name)" }
    let rest =
      key == .heldOutReconstruction
      ? MetricKey.reconstruction.rawValue : name.replacing("\(MetricKey.Topic.heldOut.rawValue).", with: "")
    return "\(key.topic.rawValue)/\(rest)"
  }

  /// A name behind those of the event files that are there, in whose order TensorBoard reads them: a clock that was
  /// set back, or two starts in one second, must not turn them around.
  private static func fileName(in folder: URL) -> String {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    let last = names?.compactMap(EventLogWriter.seconds).max()
    let now = Int(Date().timeIntervalSince1970)
    return EventLogWriter.fileName(seconds: max(now, (last ?? 0) + 1), host: Machine.name)
  }
}

extension RunEvents {
  /// The settings that decide the numbers of a run, under dotted keys; those without a value are left out.
  private static func hyperparameters(of experiment: Experiment) -> [Hyperparameter] {
    var tree = experiment.tree
    tree["record"] = nil
    return hyperparameters(tree, key: "")
  }

  private static func hyperparameters(_ value: ConfigurationValue, key: String) -> [Hyperparameter] {
    switch value {
    case .null: []
    case .boolean(let value): [Hyperparameter(key, .boolean(value))]
    case .integer, .number: [Hyperparameter(key, .number(value.double ?? .nan))]
    case .string(let text): [Hyperparameter(key, .text(text))]
    case .list: [Hyperparameter(key, .text(value.json))]
    case .object(let members):
      members.flatMap { hyperparameters($0.value, key: key.isEmpty ? $0.key : "\(key).\($0.key)") }
    }
  }
}
