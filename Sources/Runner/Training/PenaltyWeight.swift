import MoCAProtocols

/// λ over a run: a number, or one that is measured in the first steps and then stays fixed; either rises from zero
/// where the schedule says so.
///
/// Measured: λ = target / exp(mean of log rᵢ), where rᵢ = ‖∇ penalty‖ / ‖∇ reconstruction‖ at the encoder's features
/// in step i. While it is measured, each step uses what is known so far. Nothing is read back; the sums are state of
/// the run.
final class PenaltyWeight: Module {
  /// Σ log rᵢ and the number of measured ratios, `[2]` of `float64`.
  @Buffer private var sums: Tensor = .zeros([2], dtype: .float64)
  private let weight: Weight
  private let target: Double
  private let calibrationSteps: Int

  init(_ weight: Weight, target: Double, calibrationSteps: Int) {
    self.weight = weight
    self.target = target
    self.calibrationSteps = calibrationSteps
  }

  /// Whether the step after `completed` steps is one of those that measure.
  func isCalibrating(after completed: Int) -> Bool {
    weight == .automatic && completed < calibrationSteps
  }

  /// Takes a ratio of gradients, rank 0, into account; one of zero or one that is not finite says nothing.
  func note(_ ratio: Tensor) {
    withoutGradients {
      let ratio = ratio.detached().to(dtype: .float64)
      let isUsable = ratio.isFinite.to(dtype: .float64) * ratio.isGreater(than: 0).to(dtype: .float64)
      let logarithm = ratio.filled(where: isUsable.isLess(than: 0.5), with: 1).log()
      sums.add(.stacked([logarithm, isUsable]))
    }
  }

  /// λ without warm-up, rank 0 on the state's device.
  var tensor: Tensor {
    if let value = weight.value { return .scalar(value, on: sums.device) }
    let (sum, count) = (sums.selected(along: 0, at: 0), sums.selected(along: 0, at: 1))
    let calibrated = target / (sum / count.clamped(min: 1)).exp()
    return (calibrated * count.clamped(max: 1)).to(dtype: .float32)
  }

  /// λ without warm-up, or `nil` where it is not known yet. Reads back where it was measured.
  func value(after completed: Int) -> Double? {
    if let value = weight.value { return value }
    return completed == 0 ? nil : tensor.item
  }

  /// Whether the measuring steps of a run of `totalSteps` are over and none gave a ratio: the penalty does not reach
  /// the encoder.
  func hasFailed(after completed: Int, of totalSteps: Int) -> Bool {
    weight == .automatic && completed == min(calibrationSteps, totalSteps)
      && sums.selected(along: 0, at: 1).item == 0
  }
}
