import Files
import Foundation
import MoCAProtocols
import Runner

extension AblationFolder {
  /// What to do where a folder exists and is not quite what is asked for.
  public struct Tolerance: Sendable {
    /// Whether cells may be added.
    public var extends = false
    /// Whether cells of another build are taken as they are.
    public var allowsAnyBuild = false

    /// Nothing is tolerated.
    public init() {}
  }

  /// Makes the folder of a matrix, or opens it where it is there and belongs to the same matrix.
  ///
  /// - Throws: ``AblationError``, `StorageError`. A folder that is refused stays as it is.
  public init(
    at url: URL, for matrix: AblationMatrix, definition: AblationDefinition,
    tolerating: Tolerance = Tolerance()
  ) throws {
    try Self.refuseOther(url)
    try Self.makeFolders(in: url)
    let lock = try Self.lock(url)
    defer { withExtendedLifetime(lock) {} }
    guard Self.isAblation(url) else {
      try Self.write(matrix, definition, to: url)
      try self.init(opening: url)
      return
    }
    let stored = try AblationFolder(opening: url)
    try stored.check(definition, tolerating)
    let isGrown = stored.definition.request != definition.request
    if isGrown { try Self.write(matrix, definition, to: url) }
    try self.init(opening: url)
  }

  /// Refuses a definition that is not the folder's.
  private func check(_ asked: AblationDefinition, _ tolerance: Tolerance) throws {
    let mine = definition
    if mine.request != asked.request {
      let keys = Set(asked.cells.map(\.key))
      let grows = mine.cells.allSatisfy { keys.contains($0.key) } && mine.scoring == asked.scoring
      if !(tolerance.extends && grows && mine.build == asked.build) {
        throw AblationError.otherMatrix(path: url.path, differences: Self.differences(mine, asked))
      }
    }
    if mine.build != asked.build, !tolerance.allowsAnyBuild {
      throw AblationError.otherBuild(path: url.path, theirs: mine.build, mine: asked.build)
    }
    if mine.request == asked.request, mine.build == asked.build, mine.cells != asked.cells {
      throw AblationError.otherMatrix(
        path: url.path,
        differences: ["the images or the defaults of this program have changed since it was made"])
    }
    try checkCompute(device: asked.device, threads: asked.threads)
  }

  /// Refuses another device or another number of threads: either adds in another order.
  ///
  /// - Parameter threads: `nil` for those of the folder.
  /// - Throws: ``AblationError/otherCompute(path:theirs:mine:)``.
  public func checkCompute(device: String, threads: Int?) throws {
    let threads = threads ?? definition.threads
    guard definition.device != device || definition.threads != threads else { return }
    throw AblationError.otherCompute(
      path: url.shownPath, theirs: (definition.device, definition.threads), mine: (device, threads))
  }

  /// What tells two definitions apart, for people.
  private static func differences(_ mine: AblationDefinition, _ asked: AblationDefinition) -> [String] {
    var lines: [String] = []
    let words = { (axes: [AblationDefinition.Axis]) in
      axes.map { "\($0.key)=\($0.values.joined(separator: ","))" }.joined(separator: " ")
    }
    if mine.axes != asked.axes { lines += ["there: \(words(mine.axes))", "here:  \(words(asked.axes))"] }
    if mine.scoring != asked.scoring {
      lines += ["scored there: \(mine.scoring.tree.json)", "scored here:  \(asked.scoring.tree.json)"]
    }
    let shared = Set(mine.cells.map(\.key)).intersection(asked.cells.map(\.key)).count
    lines.append("\(shared) of its \(mine.cells.count) cells are among the \(asked.cells.count) asked for")
    return lines
  }

  private static let subfolders = ["cells", "configurations", "claims", "outcomes", "logs"]

  /// Refuses a folder that holds something else.
  private static func refuseOther(_ url: URL) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let others = names.filter {
      !subfolders.contains($0) && $0 != FolderLock.fileName && !$0.contains(AtomicWriter.temporaryMarker)
    }
    if !others.isEmpty, !isAblation(url) {
      throw AblationError.otherFolder(path: url.shownPath, found: others.sorted()[0])
    }
  }

  private static func makeFolders(in url: URL) throws {
    for name in [""] + subfolders {
      do {
        try FileManager.default.createDirectory(
          at: url.appendingPathComponent(name), withIntermediateDirectories: true)
      } catch {
        throw StorageError.disk(
          path: url.path, reason: "cannot be made a folder: \(error.localizedDescription)")
      }
    }
  }

  /// The folder's lock; another process holds it for a moment only.
  private static func lock(_ url: URL) throws -> FolderLock {
    for _ in 0..<200 {
      do {
        return try FolderLock(folder: url)
      } catch StorageError.locked {
        usleep(50_000)
      }
    }
    return try FolderLock(folder: url)
  }

  /// The configurations first: the folder is an ablation once `ablation.yaml` is there.
  private static func write(_ matrix: AblationMatrix, _ definition: AblationDefinition, to url: URL) throws {
    for planned in matrix.cells {
      let file = url.appendingPathComponent("configurations/\(planned.cell.name).yaml")
      try AtomicFile.write(Data(try planned.experiment.tree.yaml.utf8), to: file)
    }
    try AtomicFile.write(Data(try definition.tree.yaml.utf8), to: url.appendingPathComponent(definitionName))
  }
}

extension AblationFolder {
  /// Refuses cells whose stored configuration is not the one that their key stands for.
  ///
  /// - Throws: ``AblationError/otherConfiguration(_:path:)``, `DataError`.
  public func checkConfigurations(_ catalogs: Catalogs, only: Set<String> = []) throws {
    var digests: [String: String] = [:]
    var edited: [(cell: String, what: String)] = []
    for cell in definition.cells where only.isEmpty || only.contains(cell.name) {
      let url = configurationURL(of: cell)
      guard let text = try? String(contentsOf: url, encoding: .utf8) else {
        edited.append((cell.name, "configurations/\(url.lastPathComponent) is missing"))
        continue
      }
      let experiment: Experiment
      do {
        experiment = try Experiment([ConfigurationValue(yaml: text)], catalogs: catalogs)
      } catch let error as ConfigurationError {
        edited.append((cell.name, "configurations/\(url.lastPathComponent): \(error)"))
        continue
      }
      let dataset = experiment.tree["dataset"]?.json ?? ""
      let digest = try digests[dataset] ?? DataSource(experiment, catalogs: catalogs).images.digest
      digests[dataset] = digest
      if AblationMatrix.key(experiment.tree, dataDigest: digest, build: definition.build) != cell.key {
        edited.append((cell.name, "its configuration or its images were changed"))
      }
    }
    if !edited.isEmpty { throw AblationError.otherConfiguration(edited, path: url.shownPath) }
  }
}
