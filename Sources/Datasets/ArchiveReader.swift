import CArchive
import Foundation

/// Reads an archive from beginning to end, through libarchive. Nothing is unpacked to disk.
public final class ArchiveReader {
  /// What the file may be.
  public enum Kind {
    /// tar, cpio, zip or 7z, compressed or not.
    case archive
    /// One compressed file, such as `.gz`.
    case compressedFile
  }

  /// The file's path, for messages.
  public let path: String
  private let archive: OpaquePointer
  private var entry: OpaquePointer?
  private var entryCount = 0

  /// Opens the file at `path`.
  ///
  /// - Throws: ``DataError/unreadable(path:reason:)``.
  public init(path: String, kind: Kind = .archive) throws {
    guard let archive = archive_read_new() else {
      throw DataError.unreadable(path: path, reason: "libarchive could not start")
    }
    self.path = path
    self.archive = archive
    Self.enableFilters(archive)
    switch kind {
    case .archive: Self.enableFormats(archive)
    case .compressedFile: archive_read_support_format_raw(archive)
    }
    guard archive_read_open_filename(archive, path, 1 << 17) == ARCHIVE_OK else {
      let isForeign = reason.hasPrefix("Unrecognized")
      throw DataError.unreadable(
        path: path, reason: isForeign ? "it is no archive of a known kind (tar, zip, 7z, cpio)" : reason)
    }
  }

  deinit { archive_read_free(archive) }

  /// Only what libarchive does by itself: some other filters start programs.
  private static func enableFilters(_ archive: OpaquePointer) {
    archive_read_support_filter_gzip(archive)
    archive_read_support_filter_bzip2(archive)
    archive_read_support_filter_xz(archive)
    archive_read_support_filter_lzma(archive)
    archive_read_support_filter_zstd(archive)
    archive_read_support_filter_lz4(archive)
    archive_read_support_filter_compress(archive)
  }

  /// Only formats that hold their data: an mtree, for one, names files elsewhere on the disk.
  private static func enableFormats(_ archive: OpaquePointer) {
    archive_read_support_format_tar(archive)
    archive_read_support_format_gnutar(archive)
    archive_read_support_format_cpio(archive)
    archive_read_support_format_zip(archive)
    archive_read_support_format_7zip(archive)
  }

  /// Goes on to the next regular file and gives its path, or `nil` at the end.
  ///
  /// - Throws: ``DataError/unsafeEntry(archive:entry:)`` for an entry or link that points outside, whatever
  ///   its type; ``DataError/corrupt(path:reason:)``.
  public func nextFile() throws -> String? {
    while true {
      let status = archive_read_next_header(archive, &entry)
      if status == ARCHIVE_EOF { return nil }
      guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else {
        throw DataError.corrupt(path: path, reason: reason)
      }
      entryCount += 1
      let name = carchive_path(entry).map { String(cString: $0) } ?? "entry \(entryCount)"
      try checkLocation(of: entry, named: name)
      if carchive_is_regular_file(entry) != 0, carchive_hard_link(entry) == nil { return name }
    }
  }

  /// The bytes of the current file from where the last read ended, at most `limit`.
  ///
  /// - Throws: ``DataError/corrupt(path:reason:)`` that names archive and entry.
  public func read(limit: Int) throws -> [UInt8] {
    let declared = entry.map { Int(archive_entry_size($0)) } ?? 0
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(max(declared, 0), limit, 1 << 26))
    while bytes.count < limit {
      let count = min(limit - bytes.count, 1 << 16)
      var status = 0
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: count))
      bytes.withUnsafeMutableBytes { buffer in
        status = archive_read_data(archive, buffer.baseAddress.map { $0 + start }, count)
      }
      bytes.removeLast(count - max(0, status))
      if status == 0 { break }
      guard status > 0 else { throw DataError.corrupt(path: currentName, reason: reason) }
    }
    return bytes
  }

  /// `archive:entry`, as messages name a file inside an archive.
  public var currentName: String {
    guard let name = entry.flatMap({ carchive_path($0) }) else { return path }
    return path + ":" + String(cString: name)
  }

  private var reason: String {
    guard let text = archive_error_string(archive) else { return "unknown reason" }
    return String(cString: text)
  }

  private func checkLocation(of entry: OpaquePointer, named name: String) throws {
    var isInside = Self.isInside(name) && !name.split(separator: "/").contains("..")
    if let link = carchive_hard_link(entry) { isInside = isInside && Self.isInside(String(cString: link)) }
    if let link = carchive_symbolic_link(entry) {
      let target = String(cString: link)
      let folder = name.split(separator: "/").dropLast().joined(separator: "/")
      isInside = isInside && !target.hasPrefix("/") && Self.isInside(folder + "/" + target, isJoined: true)
    }
    guard isInside else { throw DataError.unsafeEntry(archive: path, entry: name) }
  }

  /// Whether a path stays below the place that it starts from.
  private static func isInside(_ path: String, isJoined: Bool = false) -> Bool {
    guard isJoined || !path.hasPrefix("/") else { return false }
    var depth = 0
    for part in path.split(separator: "/") where part != "." {
      depth += part == ".." ? -1 : 1
      if depth < 0 { return false }
    }
    return true
  }
}
