import Files
import Foundation
import PluginKit

/// Where a dataset's images come from, so that a change is noticed: paths, sizes and times.
public struct SourceIdentity: Sendable {
  fileprivate var lines: [String] = []

  /// No file yet.
  public init() {}

  /// For sets that are computed.
  public static let none = SourceIdentity()

  /// Adds one file.
  ///
  /// - Throws: ``DataError/missing(path:advice:)``.
  public mutating func add(file path: String) throws {
    guard let status = FileStatus(path: path) else {
      throw DataError.missing(path: path, advice: "check dataset.path")
    }
    lines.append("\(URL(fileURLWithPath: path).standardizedFileURL.path)|\(status.size)|\(status.modified)")
  }

  /// Adds all files of a folder.
  mutating func add(folder: FolderScan) {
    lines.append(URL(fileURLWithPath: folder.root).standardizedFileURL.path)
    lines += folder.files.map { "\($0.path)|\($0.size)|\($0.modified)" }
  }
}

/// Packed datasets on disk, by what they are made from.
public struct PackedCache: Sendable {
  let folder: URL
  /// Settings that do not change the images: what training does with them, and where the files are, which the
  /// source says.
  private static let ignored = TrainingUse.settings.map(\.key) + ["path", "download"]

  /// The images of the cache file for this dataset, settings and source; where there is none that is whole,
  /// `build` writes it.
  ///
  /// - Parameters:
  ///   - dataset: The dataset's name with the version of its code.
  ///   - configuration: Settings that change the images; those of ``TrainingUse``, `path` and `download` do not
  ///     count.
  ///   - source: The files.
  ///   - build: Writes the images and finishes the writer.
  /// - Throws: ``DataError``, and what `build` throws; nothing is kept then.
  public func images(
    dataset: String, configuration: some PluginConfiguration, source: SourceIdentity,
    build: (PackedWriter) throws -> PackedImages
  ) throws -> PackedImages {
    let file = folder.appendingPathComponent(key(dataset, configuration, source) + ".packed")
    if let images = PackedFile.open(file.path) { return images }
    return try build(PackedWriter(target: file))
  }

  private func key(
    _ dataset: String, _ configuration: some PluginConfiguration, _ source: SourceIdentity
  ) -> String {
    var tree = configuration.tree
    for key in Self.ignored { tree[key] = nil }
    let text = ([dataset, tree.json] + source.lines).joined(separator: "\n")
    let name = dataset.prefix { $0 != "/" }
    return "\(name)-" + Digest.bytes(of: text).prefix(16).hexadecimal
  }
}
