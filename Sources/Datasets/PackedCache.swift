import Files
import Foundation
import PluginKit

/// Where a dataset's images come from, so that a change is noticed: paths, sizes and times.
struct SourceIdentity {
  private(set) var lines: [String] = []

  /// For sets that are computed.
  static let none = SourceIdentity()

  /// Adds one file.
  ///
  /// - Throws: ``DataError/missing(path:advice:)``.
  mutating func add(file path: String) throws {
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
struct PackedCache {
  let folder: URL

  /// The images of the cache file for this dataset, settings and source; where there is none that is whole,
  /// `build` writes it.
  ///
  /// - Parameters:
  ///   - dataset: The dataset's name with the version of its code.
  ///   - configuration: Settings that change the images; `holdout` and `flips` do not count.
  ///   - source: The files.
  ///   - build: Writes the images and finishes the writer.
  func images(
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
    for ignored in ["holdout", "holdoutSeed", "flips", "path", "download"] { tree[ignored] = nil }
    let text = ([dataset, tree.json] + source.lines).joined(separator: "\n")
    let name = dataset.prefix { $0 != "/" }
    return "\(name)-" + Digest.bytes(of: text).prefix(16).hexadecimal
  }
}
