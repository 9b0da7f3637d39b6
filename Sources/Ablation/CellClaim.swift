import Files
import Foundation

/// One process's right to work on a cell.
///
/// Two things guard it. The claim's file is locked by the operating system, which releases the lock however the process
/// ends; the processes of the cell inherit the lock, so that a cell whose scheduler was killed stays claimed until they
/// have ended too. Where a lock does not reach other machines, as on some network file systems, the file's age counts:
/// its owner touches it every few seconds, and another machine takes it over only once it is ``staleAge`` old.
/// Every step is one that a file system does as a whole: a link to a file that is complete, and a rename that is undone
/// where it hit another file than the one that was judged.
package final class CellClaim {
  /// Who has a claim.
  package struct Owner: Codable, Equatable {
    /// The machine's name.
    package var host: String
    /// The machine since it was last started.
    package var boot: String
    /// The process.
    package var process: Int32
    /// When it took the cell.
    package var started: Date
    /// Tells two claims of one process apart.
    var token: String
  }

  /// Seconds after which another machine's claim that nobody touched is void.
  static let staleAge = 120.0
  /// Seconds between two touches.
  static let touchInterval = 10.0

  /// The locked file; processes of the cell inherit it.
  let descriptor: Int32
  private let url: URL
  private var lastTouch = ProcessInfo.processInfo.systemUptime

  private init(descriptor: Int32, url: URL) {
    self.descriptor = descriptor
    self.url = url
  }

  deinit { release() }

  private var isReleased = false

  /// Gives the cell back.
  package func release() {
    guard !isReleased else { return }
    isReleased = true
    if isHeld { unlink(url.path) }
    close(descriptor)
  }

  /// Whether the claim is still this process's: another machine takes it where it was not touched for too long.
  var isHeld: Bool { Self.isSame(descriptor, url.path) }

  /// Tells other machines that the owner is alive, where it is time to.
  ///
  /// - Returns: Whether the claim is still this process's, as far as was looked.
  func touch() -> Bool {
    let now = ProcessInfo.processInfo.systemUptime
    guard now - lastTouch >= Self.touchInterval else { return true }
    lastTouch = now
    guard isHeld else { return false }
    futimens(descriptor, nil)
    return true
  }

  /// Takes a cell; `nil` where another process has it.
  ///
  /// - Throws: `StorageError`.
  package static func take(_ url: URL) throws -> CellClaim? {
    // On one machine nobody else takes or removes a claim meanwhile.
    let gate = open(
      url.deletingLastPathComponent().appendingPathComponent(".gate").path, O_RDWR | O_CREAT | O_CLOEXEC,
      0o666)
    guard gate >= 0 else { throw StorageError.system(errno, path: url.path, action: "cannot be claimed") }
    defer { close(gate) }
    while flock(gate, LOCK_EX) != 0, errno == EINTR {}
    for _ in 0..<3 {
      if let claim = try create(url) { return claim }
      guard try removeVoid(url) else { return nil }
    }
    return nil
  }

  /// Takes a cell that must be free.
  ///
  /// - Throws: `StorageError.locked` where another process has it; `StorageError`.
  package static func demand(_ url: URL, for run: URL) throws -> CellClaim {
    if let claim = try take(url) { return claim }
    let holder = owner(of: url).map { "process \($0.process) on \($0.host)" }
    throw StorageError.locked(path: run.path, holder: holder)
  }

  /// Who has a cell; `nil` where nobody does.
  static func owner(of url: URL) -> Owner? {
    (try? Data(contentsOf: url)).flatMap { try? JSONDecoder().decode(Owner.self, from: $0) }
  }

  /// Who has a cell and holds its lock or touched it lately, as other processes see it.
  package static func liveOwner(of url: URL, now: Date = Date()) -> Owner? {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let isLocked = flock(descriptor, LOCK_SH | LOCK_NB) != 0
    let touched = modificationTime(descriptor) ?? 0
    guard isLocked || now.timeIntervalSince1970 - touched < staleAge, let owner = owner(of: url) else {
      return nil
    }
    // On this machine the lock alone tells.
    return isLocked || owner.boot != Machine.boot ? owner : nil
  }

  /// Puts a locked and complete file in place, unless one is there.
  private static func create(_ url: URL) throws -> CellClaim? {
    let token = String(UInt64.random(in: .min ... .max), radix: 36)
    let temporary = url.path + AtomicWriter.temporaryMarker + token
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw StorageError.system(errno, path: url.path, action: "cannot be claimed")
    }
    let owner = Owner(
      host: Machine.name, boot: Machine.boot,
      process: ProcessInfo.processInfo.processIdentifier, started: Date(), token: token)
    defer { unlink(temporary) }
    do {
      let bytes = [UInt8](try JSONEncoder().encode(owner))
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, write(descriptor, bytes, bytes.count) == bytes.count
      else { throw StorageError.system(errno, path: url.path, action: "cannot be claimed") }
      if link(temporary, url.path) == 0 { return CellClaim(descriptor: descriptor, url: url) }
      guard errno == EEXIST else {
        throw StorageError.system(errno, path: url.path, action: "cannot be claimed")
      }
      close(descriptor)
      return nil
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Removes a claim whose owner is gone.
  ///
  /// - Returns: Whether the cell can be tried again.
  private static func removeVoid(_ url: URL) throws -> Bool {
    let descriptor = open(url.path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return true }
      throw StorageError.system(errno, path: url.path, action: "cannot be claimed")
    }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
    let isLocal = owner(of: url)?.boot == Machine.boot
    if try !isLocal && age(of: descriptor, beside: url) < staleAge { return false }
    let aside = url.path + ".void-" + String(UInt64.random(in: .min ... .max), radix: 36)
    guard rename(url.path, aside) == 0 else { return errno == ENOENT }
    defer { unlink(aside) }
    if isSame(descriptor, aside) { return true }
    // Someone was faster and this is the new claim: it goes back.
    link(aside, url.path)
    return false
  }

  /// Seconds since a claim was touched, by the clock of the file system.
  private static func age(of descriptor: Int32, beside url: URL) throws -> Double {
    let probe = url.path + AtomicWriter.temporaryMarker + "clock"
    let clock = open(probe, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    defer {
      if clock >= 0 { close(clock) }
      unlink(probe)
    }
    guard clock >= 0, write(clock, "x", 1) == 1, let now = modificationTime(clock),
      let then = modificationTime(descriptor)
    else { throw StorageError.system(errno, path: url.path, action: "cannot be claimed") }
    return now - then
  }

  private static func modificationTime(_ descriptor: Int32) -> Double? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) * 1e-9
  }

  /// Whether an open file is the one that has this name now.
  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (mine, theirs) = (stat(), stat())
    return fstat(descriptor, &mine) == 0 && stat(path, &theirs) == 0 && mine.st_ino == theirs.st_ino
      && mine.st_dev == theirs.st_dev
  }
}
