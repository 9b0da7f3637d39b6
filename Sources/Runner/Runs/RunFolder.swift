import Files
import Foundation

/// The folder of one run: where its parts are, and the promise that only one process trains in it.
///
/// ```
/// run.yaml   metrics.jsonl   report.html   lock
/// checkpoints/step-00001200.safetensors.zst   checkpoints/latest   checkpoints/best
/// samples/step-00001200.png   evaluation/*.json   events.out.tfevents.*
/// ```
/// A folder is a run once it holds `run.yaml`. Until then ``discardUnlessCommitted()`` takes everything back,
/// so that a start that fails leaves nothing behind:
/// ```swift
/// let folder = try RunFolder(creating: url)
/// defer { folder.discardUnlessCommitted() }
/// … // whatever can fail
/// try folder.commit(configuration: yaml)
/// ```
public struct RunFolder: Sendable {
  /// The file that makes a folder a run.
  public static let configurationName = "run.yaml"
  package static let subfolders = ["checkpoints", "samples", "evaluation"]

  /// The folder itself.
  public let url: URL
  private let lock: FolderLock?
  /// The folders that did not exist before this run, outermost first.
  private let created: [URL]

  /// Makes a new run's folder and locks it. An empty folder, or what a killed start has left, is taken over.
  ///
  /// - Throws: `StorageError.exists`, `StorageError.locked`,
  ///   `StorageError.disk`.
  public init(creating url: URL) throws {
    self.url = URL(fileURLWithPath: url.path)
    created = try Self.makeFolder(self.url)
    if created.isEmpty, !Self.isUnused(self.url) { throw StorageError.exists(path: self.url.path) }
    do {
      lock = try FolderLock(folder: self.url)
    } catch {
      for folder in created.reversed() { rmdir(folder.path) }
      throw error
    }
    guard !isCommitted else { throw StorageError.exists(path: self.url.path) }
    do {
      try makeSubfolders()
    } catch {
      discardUnlessCommitted()
      throw error
    }
  }

  /// Opens a run to read it; a process may be training in it.
  ///
  /// - Throws: `StorageError.missing`, `StorageError.unmarked`.
  public init(opening url: URL) throws {
    try self.init(existing: url, lock: nil)
  }

  /// Opens a run to continue it: locks it and removes the temporary files that a killed process has left.
  ///
  /// - Throws: `StorageError.missing`, `StorageError.unmarked`,
  ///   `StorageError.locked`.
  public init(resuming url: URL) throws {
    let folder = try RunFolder(opening: url)
    try self.init(existing: url, lock: FolderLock(folder: folder.url))
    removeTemporaryFiles()
    try makeSubfolders()
  }

  private init(existing url: URL, lock: FolderLock?) throws {
    self.url = URL(fileURLWithPath: url.path)
    self.lock = lock
    created = []
    guard FileManager.default.fileExists(atPath: self.url.path) else {
      throw StorageError.missing(path: self.url.path, what: "run folder")
    }
    guard isCommitted else { throw StorageError.notARun(path: self.url.path) }
  }

  /// The resolved configuration and what else describes the run.
  public var configurationURL: URL { url.appendingPathComponent(Self.configurationName) }
  /// One line per logged step; see ``MetricsLog``.
  public var metricsURL: URL { url.appendingPathComponent("metrics.jsonl") }
  /// The report in HTML.
  public var reportURL: URL { url.appendingPathComponent("report.html") }
  /// The folder of the checkpoints.
  public var checkpointsURL: URL { url.appendingPathComponent("checkpoints", isDirectory: true) }
  /// The folder of the sample grids.
  public var samplesURL: URL { url.appendingPathComponent("samples", isDirectory: true) }
  /// The folder of the scores.
  public var evaluationURL: URL { url.appendingPathComponent("evaluation", isDirectory: true) }

  /// Where the sample grid of a step belongs.
  public func sampleURL(step: Int) -> URL { samplesURL.appendingPathComponent(Self.stepName(step) + ".png") }

  /// `step-00001200`: sorts by name as by number.
  package static func stepName(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }
}

extension RunFolder {
  /// Whether the folder is a run by now.
  public var isCommitted: Bool { FileManager.default.fileExists(atPath: configurationURL.path) }

  /// Writes `run.yaml`, after which the folder stays.
  ///
  /// - Throws: `StorageError`.
  public func commit(configuration text: String) throws {
    try AtomicFile.write(Data(text.utf8), to: configurationURL)
  }

  /// Takes back what ``init(creating:)`` made, unless ``commit(configuration:)`` has been called. Files of
  /// others, and folders that were there before, stay.
  public func discardUnlessCommitted() {
    guard lock != nil, !isCommitted else { return }
    removeTemporaryFiles()
    let names = Self.subfolders + ["metrics.jsonl", FolderLock.fileName]
    for name in names { try? FileManager.default.removeItem(at: url.appendingPathComponent(name)) }
    for folder in created.reversed() { rmdir(folder.path) }
  }

  /// Removes what `AtomicFile` leaves when its process is killed.
  private func removeTemporaryFiles() {
    for folder in [url] + Self.subfolders.map({ url.appendingPathComponent($0) }) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in names where name.contains(AtomicWriter.temporaryMarker) {
        unlink(folder.appendingPathComponent(name).path)
      }
    }
  }

  /// Whether a folder that exists holds nothing but what a start makes before it commits.
  private static func isUnused(_ url: URL) -> Bool {
    let manager = FileManager.default
    guard let names = try? manager.contentsOfDirectory(atPath: url.path) else { return false }
    return names.allSatisfy { name in
      if name == FolderLock.fileName || name.contains(AtomicWriter.temporaryMarker) { return true }
      let contents = try? manager.contentsOfDirectory(atPath: url.appendingPathComponent(name).path)
      return subfolders.contains(name) && contents?.isEmpty == true
    }
  }

  private func makeSubfolders() throws {
    for name in Self.subfolders { _ = try Self.makeFolder(url.appendingPathComponent(name)) }
  }

  /// Makes a folder and those above it; returns the ones that were not there, outermost first.
  private static func makeFolder(_ url: URL) throws -> [URL] {
    if mkdir(url.path, 0o777) == 0 { return [url] }
    switch errno {
    case EEXIST: return []
    case ENOENT where url.path != "/":
      return try makeFolder(url.deletingLastPathComponent()) + makeFolder(url)
    default: throw StorageError.system(errno, path: url.path, action: "cannot be created", what: "folder")
    }
  }
}

extension StorageError {
  /// The folder is there but holds no run.
  public static func notARun(path: String) -> StorageError {
    .unmarked(
      path: path, kind: "a run", marker: RunFolder.configurationName, advice: "give the path of a run folder")
  }
}
