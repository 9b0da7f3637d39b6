import Files
import Foundation
import PluginKit
import Runner

/// A run as `moca runs` lists it.
package struct ListedRun: Sendable {
  /// How far a run has come.
  package enum State: String, Sendable, CaseIterable {
    /// A process trains in it.
    case training
    /// It has taken all its steps.
    case complete
    /// It stopped before its last step and can be continued.
    case interrupted
    /// `run.yaml` cannot be read.
    case damaged
  }

  /// Its folder.
  package let url: URL
  /// Its places among the cells of ablations: its own folder, and links to it or from it.
  package let cells: [URL]
  /// How far it has come.
  package let state: State
  /// Why it is damaged, or who trains in it.
  package let remark: String?
  /// The resolved configuration; empty where it cannot be read.
  package let configuration: ConfigurationValue
  /// The last logged step.
  package let step: Int
  /// The steps that it should take.
  package let totalSteps: Int?
  /// The best held-out score by which it chooses its best checkpoint.
  package let best: Double?
  /// The space that it takes on the disk.
  package let byteCount: Int
  /// When it last wrote a line of its log.
  package let changed: Date?

  /// The name of the folder.
  package var name: String { url.lastPathComponent }

  /// The ablation whose cell it is.
  package var ablation: URL? { cells.first?.deletingLastPathComponent().deletingLastPathComponent() }

  /// Looks at a run.
  package init(_ url: URL, cells: [URL] = []) {
    self.url = url
    self.cells = cells
    let metrics = url.appendingPathComponent("metrics.jsonl")
    let (run, problem) = Self.read(url)
    configuration = run?.configuration ?? .empty
    let lastStep = MetricsTail.lastLine(of: metrics)?[.step].map { Int($0) } ?? 0
    let total = run?.record?.steps
    step = lastStep
    totalSteps = total
    let holder = FolderLock.holder(of: url)
    remark = problem ?? holder
    state =
      problem != nil
      ? .damaged
      : holder != nil
        ? .training
        : total.map { lastStep >= $0 } ?? false
          ? .complete
          : .interrupted
    best = Self.best(in: metrics, configuration)
    byteCount = DiskUsage.bytes(in: url)
    let dates = [metrics, url.appendingPathComponent(RunFolder.configurationName)].map { file in
      (try? FileManager.default.attributesOfItem(atPath: file.path))?[.modificationDate] as? Date
    }
    changed = dates[0] ?? dates[1]
  }

  /// The value of a configuration key as text: a plugin's name where the key is its section. `nil` where the run has no
  /// such key.
  package func value(_ key: String) -> String? {
    guard let value = configuration[path: key.split(separator: ".").map(String.init)] else { return nil }
    return value["name"]?.text ?? value.text ?? value.json
  }

  private static func read(_ url: URL) -> (StoredRun?, String?) {
    do {
      return (try StoredRun(RunFolder(opening: url)), nil)
    } catch {
      return (nil, "\(error)")
    }
  }

  /// The smallest finite held-out score of the log; only lines that have one are read.
  private static func best(in url: URL, _ configuration: ConfigurationValue) -> Double? {
    let isMatch = configuration["record"]?["best"]?.text == RecordConfiguration.Score.latentMatch.rawValue
    let key = isMatch ? MetricKey.heldOutSlicedWasserstein : .heldOutReconstruction
    let mark = Data("\"\(key.rawValue)\":".utf8)
    guard let data = try? Data(contentsOf: url) else { return nil }
    var (place, values): (Data.Index, [Double]) = (data.startIndex, [])
    while let found = data.range(of: mark, in: place..<data.endIndex) {
      let digits = data[found.upperBound...].prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
      if let value = Double(String(decoding: digits, as: UTF8.self)) { values.append(value) }
      place = digits.endIndex
    }
    return values.min()
  }
}

extension FolderLock {
  /// Who holds the lock of a folder, as in `process 123`; `nil` where nobody does. Nothing is written.
  static func holder(of folder: URL) -> String? {
    let descriptor = open(folder.appendingPathComponent(FolderLock.fileName).path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // A shared lock is let go of at once; a trainer that starts in this very moment would have to be started again.
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    let holder = text.trimmingCharacters(in: .whitespacesAndNewlines).inMessage()
    return holder.isEmpty ? "another process" : holder
  }
}
