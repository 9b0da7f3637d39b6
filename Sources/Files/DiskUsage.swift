import Foundation

/// Space on the disk, in bytes of the blocks that files take.
package enum DiskUsage {
  /// The space that a folder takes; a file with several names counts once.
  package static func bytes(in folder: URL) -> Int {
    var seen: Set<UInt64> = []
    return paths(in: folder).reduce(0) { sum, path in
      guard let status = status(of: path), seen.insert(UInt64(status.st_ino)).inserted else { return sum }
      return sum + blockBytes(status)
    }
  }

  /// The space that comes free when everything at `urls` goes: a file that has another name elsewhere stays.
  package static func freed(byRemoving urls: [URL]) -> Int {
    var names: [UInt64: Int] = [:]
    return urls.flatMap(paths).reduce(0) { sum, path in
      guard let status = status(of: path) else { return sum }
      names[UInt64(status.st_ino), default: 0] += 1
      let isLast = isFolder(status) || names[UInt64(status.st_ino)] == Int(status.st_nlink)
      return sum + (isLast ? blockBytes(status) : 0)
    }
  }

  /// Removes a file, or a folder with what is in it, `last` names of it after all others.
  ///
  /// - Returns: The bytes that came free.
  /// - Throws: ``StorageError``; what was removed before stays removed.
  package static func remove(_ url: URL, last: [String] = []) throws -> Int {
    let isLate = { (path: String) in
      last.contains { path == url.appendingPathComponent($0).path } || path == url.path
    }
    let inside = Array(paths(in: url).reversed())  // What is in a folder comes before it.
    return try (inside.filter { !isLate($0) } + inside.filter(isLate)).reduce(0) { sum, path in
      guard let status = status(of: path) else { return sum }
      guard (isFolder(status) ? rmdir(path) : unlink(path)) == 0 || errno == ENOENT else {
        throw StorageError.system(errno, path: path, action: "cannot be removed")
      }
      return sum + (isFolder(status) || status.st_nlink == 1 ? blockBytes(status) : 0)
    }
  }

  /// The path and, for a folder, what is below it, a folder before its contents. Links are not followed.
  private static func paths(in url: URL) -> [String] {
    guard let status = status(of: url.path) else { return [] }
    guard isFolder(status) else { return [url.path] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return [url.path] + names.sorted().flatMap { paths(in: url.appendingPathComponent($0)) }
  }

  private static func status(of path: String) -> stat? {
    var status = stat()
    return lstat(path, &status) == 0 ? status : nil
  }

  private static func isFolder(_ status: stat) -> Bool { status.st_mode & S_IFMT == S_IFDIR }

  private static func blockBytes(_ status: stat) -> Int { Int(status.st_blocks) * 512 }
}
