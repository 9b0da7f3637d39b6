import Foundation

/// The step size and the penalty's weight at each step: pure functions of the step.
struct Schedule {
  let configuration: ScheduleConfiguration
  let baseLearningRate: Double
  let totalSteps: Int

  /// The step size of the step after `completed` steps.
  func learningRate(after completed: Int) -> Double { baseLearningRate * share(after: completed) }

  /// The share of λ in the step after `completed` steps.
  func weightShare(after completed: Int) -> Double {
    let warmup = configuration.weightWarmup
    return warmup > completed ? Double(completed) / Double(warmup) : 1
  }

  /// The share of the base step size, of which a critic's step size takes part too.
  func share(after completed: Int) -> Double {
    if completed < configuration.warmup { return Double(completed + 1) / Double(configuration.warmup) }
    let length = max(1, totalSteps - configuration.warmup)
    let progress = min(1, Double(completed - configuration.warmup) / Double(length))
    let last = configuration.finalShare
    return switch configuration.learningRate {
    case .constant: 1
    case .linear: 1 + (last - 1) * progress
    case .cosine: last + (1 - last) * (1 + cos(.pi * progress)) / 2
    case .exponential: pow(max(last, 1e-12), progress)
    }
  }
}
