import Files
import Foundation

/// A process of a cell: the same program with other arguments, in a group of its own.
///
/// It is started by `posix_spawn` and not by Foundation's `Process`, because only `wait4` tells how much memory a process
/// held that was killed. Its standard input is a pipe that closes when this process ends, however it ends; the commands
/// of a cell stop then.
final class CellProcess {
  /// How it ended.
  enum Exit: Equatable {
    case code(Int32)
    case signal(Int32)
  }

  private static let gate = NSLock()

  /// The process.
  let identifier: pid_t
  private let input: Int32
  private(set) var exit: Exit?
  /// The most memory that it held, in bytes; known once it ended.
  private(set) var peakMemory: Int?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - arguments: The words behind its name.
  ///   - threads: Threads that it computes with.
  ///   - log: Where its output goes.
  ///   - inherited: An open file that it keeps open: the cell's lock.
  /// - Throws: `StorageError`.
  init(
    _ program: URL, _ arguments: [String], threads: Int, log: Int32, inherited: Int32?
  ) throws {
    // Whoever was started to ignore the ends of its children would never hear of them.
    _ = signal(SIGCHLD, SIG_DFL)
    var ends: [Int32] = [0, 0]
    // Another worker must not start a process between the making of the pipe and its mark.
    Self.gate.lock()
    defer { Self.gate.unlock() }
    guard pipe(&ends) == 0 else {
      throw StorageError.system(errno, path: program.path, action: "cannot be started")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, log, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, log, STDERR_FILENO)
    if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, 3) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own: Ctrl-C reaches the scheduler, which asks its cells to stop. And signals that this process
    // ignores or blocks, as SIGINT is in what a shell starts in the background, must reach them.
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    var environment = ProcessInfo.processInfo.environment
    environment["OMP_NUM_THREADS"] = String(threads)
    // Threads that wait for work must not take it from the other cells.
    environment["OMP_WAIT_POLICY"] = environment["OMP_WAIT_POLICY"] ?? "passive"
    var words: [UnsafeMutablePointer<CChar>?] = ([program.path] + arguments).map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + variables { free(word) } }
    var identifier = pid_t()
    let code = posix_spawn(&identifier, program.path, &actions, &attributes, &words, &variables)
    guard code == 0 else {
      close(ends[1])
      throw StorageError.system(code, path: program.path, action: "cannot be started")
    }
    self.identifier = identifier
    input = ends[1]
  }

  deinit { close(input) }

  /// Whether it has ended.
  func poll() -> Bool {
    if exit != nil { return true }
    var status: Int32 = 0
    var usage = rusage()
    let found = wait4(identifier, &status, WNOHANG, &usage)
    guard found == identifier else { return false }
    let signal = status & 0x7F
    exit = signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
    #if os(Linux)
      peakMemory = Int(usage.ru_maxrss) * 1024
    #else
      peakMemory = Int(usage.ru_maxrss)
    #endif
    return true
  }

  /// Sends a signal to it and to what it started.
  func send(_ signal: Int32) {
    if exit == nil { kill(-identifier, signal) }
  }
}
