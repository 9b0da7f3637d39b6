import Foundation
import Synchronization

/// Signals received so far. A handler can reach nothing but a global, and may do nothing but such an addition.
private let signalCount = Atomic<Int>(0)

/// A polite request to stop: Ctrl-C or SIGTERM, looked at between two steps.
public final class Interruption: Sendable {
  private let requests = Atomic<Int>(0)
  private let observesSignals: Bool

  /// A request that only ``request()`` makes.
  public init() { observesSignals = false }

  private init(observesSignals: Bool) { self.observesSignals = observesSignals }

  /// Listens to SIGINT and SIGTERM from now on. The first one sets ``isRequested``; the second ends the process
  /// at once with exit code 130. A SIGINT that the process was started to ignore stays ignored.
  public static func fromSignals() -> Interruption {
    _ = signalCount.load(ordering: .relaxed)  // Makes sure that the global is there before a handler runs.
    for number in [SIGINT, SIGTERM] {
      let previous = signal(number, SIG_IGN)
      if unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { continue }
      _ = signal(number) { _ in
        guard signalCount.add(1, ordering: .relaxed).oldValue > 0 else { return }
        _exit(128 + SIGINT)
      }
    }
    unblockSignals()
    return Interruption(observesSignals: true)
  }

  /// A process inherits the blocked signals of the thread that starts it, and some launchers block them all; then
  /// no request would ever arrive.
  private static func unblockSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether the work should come to an end.
  public var isRequested: Bool {
    requests.load(ordering: .relaxed) > 0 || (observesSignals && signalCount.load(ordering: .relaxed) > 0)
  }

  /// Asks for the end from within the program.
  public func request() { requests.add(1, ordering: .relaxed) }
}
