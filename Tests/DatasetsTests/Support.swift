import CArchive
import CTurboJPEG
import Datasets
import Foundation
import PluginKit

/// A folder that goes away with the object.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file, with the folders that it lies in, and gives its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Loads a dataset with a cache in this folder; resizing repeats the nearest pixel.
  func load(_ name: String, _ settings: [ConfigurationValue.Member]) throws -> PackedImages {
    let entry = try DatasetCatalog.standard.entry(named: name)
    return try entry.make(.object(settings), "dataset", ()).load(in: context())
  }

  func context() -> LoadContext {
    LoadContext(cacheFolder: url.appendingPathComponent("cache"), resize: nearest)
  }

  /// The cache files.
  func cacheFiles() throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: url.appendingPathComponent("cache"), includingPropertiesForKeys: nil)
  }
}

/// Resizes by the nearest pixel.
@Sendable func nearest(_ bytes: [UInt8], _ from: ImageShape, _ to: ImageShape) -> [UInt8] {
  var result: [UInt8] = []
  for y in 0..<to.height {
    for x in 0..<to.width {
      let pixel = (y * from.height / to.height) * from.width + x * from.width / to.width
      result += bytes[(pixel * from.channels)..<((pixel + 1) * from.channels)]
    }
  }
  return result
}

/// A smooth picture, so that JPEG keeps it nearly as it is.
func picture(_ width: Int, _ height: Int, channels: Int = 3, shade: Int = 0) -> [UInt8] {
  (0..<(width * height)).flatMap { pixel -> [UInt8] in
    let (x, y) = (pixel % width, pixel / width)
    let color = [x * 200 / width + 20, y * 200 / height + 20, 40 + shade]
    return color.prefix(channels).map { UInt8($0) }
  }
}

/// A JPEG file of quality 95 without chroma subsampling.
func jpeg(_ width: Int, _ height: Int, shade: Int = 0) -> [UInt8] {
  let compressor = tjInitCompress()
  defer { tjDestroy(compressor) }
  var output: UnsafeMutablePointer<UInt8>?
  var size: CUnsignedLong = 0
  let status = tjCompress2(
    compressor, picture(width, height, shade: shade), Int32(width), 0, Int32(height), TJPF_RGB.rawValue,
    &output, &size, Int32(TJSAMP_444.rawValue), 95, 0)
  guard status == 0, let output else { fatalError("libjpeg-turbo cannot compress") }
  defer { tjFree(output) }
  return Array(UnsafeBufferPointer(start: output, count: Int(size)))
}

/// A PNG file.
func png(_ width: Int, _ height: Int, channels: Int = 3, shade: Int = 0) throws -> [UInt8] {
  try PNG.encode(
    bytes: picture(width, height, channels: channels, shade: shade),
    shape: ImageShape(channels: channels, height: height, width: width))
}

/// What an archive in a test holds.
enum ArchiveEntry: Sendable {
  case file(String, [UInt8])
  case symbolicLink(String, to: String)
  case hardLink(String, to: String)
}

/// Writes an archive in one of libarchive's formats, such as `pax` or `zip`, and gives its path.
func makeArchive(
  _ entries: [ArchiveEntry], format: String = "pax", filter: String? = nil, in folder: TemporaryFolder,
  named name: String = "archive"
) throws -> String {
  let path = folder.url.appendingPathComponent(name).path
  let archive = archive_write_new()
  defer { archive_write_free(archive) }
  archive_write_set_format_by_name(archive, format)
  if let filter { archive_write_add_filter_by_name(archive, filter) }
  guard archive_write_open_filename(archive, path) == ARCHIVE_OK else { fatalError("cannot write \(path)") }
  for entry in entries { add(entry, to: archive) }
  archive_write_close(archive)
  return path
}

private func add(_ content: ArchiveEntry, to archive: OpaquePointer?) {
  let entry = archive_entry_new()
  defer { archive_entry_free(entry) }
  archive_entry_set_perm(entry, 0o644)
  archive_entry_set_filetype(entry, 0o100000)
  var data: [UInt8] = []
  switch content {
  case .file(let name, let bytes):
    archive_entry_set_pathname(entry, name)
    archive_entry_set_size(entry, Int64(bytes.count))
    data = bytes
  case .symbolicLink(let name, let target):
    archive_entry_set_pathname(entry, name)
    archive_entry_set_filetype(entry, 0o120000)
    archive_entry_set_symlink(entry, target)
  case .hardLink(let name, let target):
    archive_entry_set_pathname(entry, name)
    archive_entry_set_hardlink(entry, target)
  }
  guard archive_write_header(archive, entry) == ARCHIVE_OK else { fatalError("cannot write an entry") }
  archive_write_data(archive, data, data.count)
}

/// The error that `body` throws, if it is of the data's.
func dataError(_ body: () throws -> some Any) -> DataError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? DataError
  }
}

/// The real data beside the project, where it is there.
enum SharedData {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../shared/data").standardizedFileURL

  static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  static func path(_ name: String) -> ConfigurationValue {
    .string(folder.appendingPathComponent(name).path)
  }
}
