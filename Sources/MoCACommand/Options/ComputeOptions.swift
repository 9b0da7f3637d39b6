import ArgumentParser
import Foundation
import MoCAProtocols

struct ComputeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where to compute: auto (CUDA where there is one), cpu, cuda or cuda:N.", valueName: "device"),
    completion: Completion.devices)
  var device = "auto"

  @Option(help: "Threads of one operation on the CPU (default: all cores).")
  var threads: Int?

  @Flag(
    help: ArgumentHelp(
      "Stop as by Ctrl-C when standard input closes, as it does when the caller dies.", visibility: .hidden))
  var stopsWithInput = false

  func validate() throws {
    if let threads, threads < 1 || threads > 4096 {
      throw ValidationError("--threads must be between 1 and 4096, found \(threads)")
    }
  }

  /// Checks the library, sets the threads and finds the device; call it before the first tensor.
  ///
  /// - Parameter usualThreads: The threads where none are asked for; a run that is continued keeps its number, since
  ///   another one adds in another order.
  func prepare(usualThreads: Int? = nil) throws -> Device {
    if stopsWithInput { Self.stopWithInput() }
    try Runtime.verify()
    if let threads = threads ?? usualThreads, threads > 0 { Runtime.setThreadCount(threads) }
    do {
      return try Runtime.device(named: device)
    } catch let error as TorchError {
      throw Failure(.usage, "\(error)")
    }
  }

  /// Waits on a thread of its own for the end of standard input.
  private static func stopWithInput() {
    let thread = Thread {
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || count < 0 && errno != EINTR { break }
      }
      kill(getpid(), SIGTERM)
    }
    thread.start()
  }
}
