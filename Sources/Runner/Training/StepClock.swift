import Foundation
import MoCAProtocols

/// Times the parts of a training step, for the share of the regularizer. A clock that does not run costs nothing.
final class StepClock {
  /// What the time goes to.
  enum Part {
    /// Recall of the memory, the penalty, its critic, the update of the memory.
    case regularizer
    /// The way back from the penalty to the features.
    case penaltyGradient
    /// What only the measurement of the gradient ratio needs.
    case measurement
  }

  private let device: Device
  private let isRunning: Bool
  private var seconds: [Part: Double] = [:]
  private let start: Double

  /// Starts a clock. On a GPU each part waits for the device, so only a few steps should be timed.
  init(isRunning: Bool, device: Device) {
    self.isRunning = isRunning
    self.device = device
    start = isRunning ? Self.now(device) : 0
  }

  /// Takes the time of a part.
  func time<R>(_ part: Part, _ body: () throws -> R) rethrows -> R {
    guard isRunning else { return try body() }
    let start = Self.now(device)
    defer { seconds[part, default: 0] += Self.now(device) - start }
    return try body()
  }

  /// The regularizer's share of a step that measures nothing, 0…1: recall, penalty, its gradient down to the features,
  /// critic and update, over the step without what the measurement added. `nil` where the clock did not run.
  func regularizerShare() -> Double? {
    guard isRunning else { return nil }
    let gradient = seconds[.penaltyGradient] ?? 0
    let step = Self.now(device) - start - gradient - (seconds[.measurement] ?? 0)
    return min(1, ((seconds[.regularizer] ?? 0) + gradient) / max(step, 1e-9))
  }

  private static func now(_ device: Device) -> Double {
    if device != .cpu { Runtime.synchronize(device) }
    return ProcessInfo.processInfo.systemUptime
  }
}
