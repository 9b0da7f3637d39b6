import Files
import Foundation

/// How the last training of a run ended, in `ending.json` of its folder. It is not there while it trains.
public struct RunEnding: Codable, Sendable, Equatable {
  /// The ways to end.
  public enum State: String, Codable, Sendable {
    case complete, interrupted
    case notFinite = "not finite"
    case failed
  }

  /// How it ended.
  public let state: State
  /// The step at which it ended.
  public let step: Int
  /// The term of the loss or the tensor that was not finite.
  public let term: String?
  /// What was said.
  public let message: String?
  /// Seconds of this training, from its first step or its resumption.
  public let seconds: Double

  /// Reads how a run ended; `nil` where it has not, or nobody knows.
  public static func read(from run: RunFolder) -> RunEnding? {
    (try? Data(contentsOf: url(in: run))).flatMap { try? JSONDecoder().decode(RunEnding.self, from: $0) }
  }

  /// Forgets how an earlier training ended.
  static func remove(from run: RunFolder) { unlink(url(in: run).path) }

  /// Notes how training ended.
  ///
  /// - Throws: `StorageError`.
  func write(to run: RunFolder) throws {
    try AtomicFile.write(try JSONEncoder.compact.encode(self) + [0x0A], to: Self.url(in: run))
  }

  private static func url(in run: RunFolder) -> URL { run.url.appendingPathComponent("ending.json") }
}

extension RunEnding {
  /// The ending that an error stands for.
  init(_ error: any Error, step: Int, seconds: Double) {
    var (state, term, last) = (State.failed, String?.none, step)
    if case TrainingError.notFinite(let found, let at, _, _) = error {
      (state, term, last) = (.notFinite, found, at)
    } else if case TrainingError.interrupted = error {
      state = .interrupted
    }
    self.init(state: state, step: last, term: term, message: "\(error)", seconds: seconds)
  }
}
