import Foundation

/// The regular files below a folder, in the order of their paths. Hidden files are left out; links are
/// followed, a folder that is met again inside itself is not.
struct FolderScan {
  struct File {
    /// Relative to the folder.
    let path: String
    let size: Int
    let modified: Int
  }

  let root: String
  let files: [File]

  /// Scans the folder at `root`.
  ///
  /// - Throws: ``DataError/unreadable(path:reason:)`` where a folder cannot be listed.
  init(root: String) throws {
    self.root = root
    var files: [File] = []
    try Self.collect(root, prefix: "", inside: [], into: &files)
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func collect(
    _ folder: String, prefix: String, inside parents: [[UInt64]], into files: inout [File]
  ) throws {
    guard let own = FileStatus(path: folder)?.identity, !parents.contains(own) else { return }
    for name in try names(in: folder) where !name.hasPrefix(".") {
      guard let status = FileStatus(path: folder + "/" + name) else { continue }
      if status.isFolder {
        try collect(folder + "/" + name, prefix: prefix + name + "/", inside: parents + [own], into: &files)
      } else if status.isRegularFile {
        files.append(File(path: prefix + name, size: status.size, modified: status.modified))
      }
    }
  }

  private static func names(in folder: String) throws -> [String] {
    guard let handle = opendir(folder) else {
      throw DataError.unreadable(path: folder, reason: systemError())
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      // The name is a C array inside the entry, often shorter than its type says, so it is read in place.
      let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
      let start = UnsafeRawPointer(entry) + offset
      names.append(String(cString: start.assumingMemoryBound(to: CChar.self)))
    }
    return names
  }
}
