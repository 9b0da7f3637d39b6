import Files
import Foundation
import PluginKit

/// A file on the network with the digest that is published of it.
public struct Download: Sendable {
  /// What is published, in hexadecimal.
  public enum Digest: Sendable {
    /// It shows that the file is whole and the one that is meant, no more.
    case md5(String)
    /// How the SHA-256 begins; an empty text where none is published.
    case sha256(prefix: String)
  }

  /// Where the file is.
  public let address: String
  /// What the file must have.
  public let digest: Digest

  public init(address: String, digest: Digest) {
    self.address = address
    self.digest = digest
  }

  /// Fetches the file to `target`, which appears only when it is whole and checked. Waits until then.
  ///
  /// - Parameters:
  ///   - inspect: Looks at the file before it gets its name; what it throws is thrown, and the file is removed.
  ///   - isCancelled: Asked while the transfer runs; where it says so, nothing is left behind.
  /// - Throws: ``DataError/download(url:reason:)``, ``DataError/wrongDigest(path:expected:found:)``,
  ///   ``DataError/disk(path:reason:)``, `StorageError`, `CancellationError`.
  public func fetch(
    to target: URL, inspect: (URL) throws -> Void = { _ in }, isCancelled: () -> Bool = { false },
    progress: @escaping ProgressHandler
  ) throws {
    let folder = target.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DataError.disk(path: folder.path, reason: error.localizedDescription)
    }
    let writer = try AtomicWriter(of: target)
    try transfer(to: writer.temporary, isCancelled: isCancelled) {
      progress($0, nil, "downloading \(target.lastPathComponent)")
    }
    try check(writer.temporary.path)
    try inspect(writer.temporary)
    try writer.finish()
  }

  /// Lets the program `curl` do the transfer: it is everywhere, follows the system's proxy and certificates, and
  /// spares the executable a network library.
  private func transfer(to file: URL, isCancelled: () -> Bool, progress: (_ done: Int) -> Void) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "curl", "--fail", "--location", "--proto-redir", "=https", "--silent", "--show-error", "--retry", "2",
      "--connect-timeout", "30", "--speed-limit", "1000", "--speed-time", "60", "--output", file.path, "--",
      address,
    ]
    // What it says goes to a file: a pipe that nobody reads would fill up and stop it.
    let log = file.appendingPathExtension("log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    defer { unlink(log.path) }
    process.standardError = FileHandle(forWritingAtPath: log.path) ?? FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw DataError.download(url: address, reason: error.localizedDescription)
    }
    while process.isRunning {
      if isCancelled() {
        process.terminate()  // It is in a process group of its own, which Ctrl-C does not reach.
        process.waitUntilExit()
        throw CancellationError()
      }
      progress((try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0)
      usleep(100_000)
    }
    if process.terminationStatus == 0 { return }
    let said = String(decoding: (try? Data(contentsOf: log)) ?? Data(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let advice =
      process.terminationStatus == 127 ? "install the program curl" : "check the connection and the proxy"
    throw DataError.download(url: address, reason: "\(said); \(advice)")
  }

  /// Checks the digest of a file that is here.
  ///
  /// - Throws: ``DataError/wrongDigest(path:expected:found:)``.
  public func check(_ path: String) throws {
    let file = try MappedFile(path: path)
    let (running, expected) =
      switch digest {
      case .md5(let text): (Files.Digest(.md5), "md5:" + text)
      case .sha256(let prefix): (Files.Digest(.sha256), "sha256:" + prefix)
      }
    running.update(file.bytes)
    let found = running.text()
    guard found.hasPrefix(expected) else {
      throw DataError.wrongDigest(path: address, expected: expected, found: found)
    }
  }
}
