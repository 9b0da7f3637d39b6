import MoCAProtocols

/// Codes that are moved by a penalty alone, each step brought back to the support. A critic takes its step after each
/// of theirs.
///
/// Adam on the codes themselves, with the gradient brought to a root mean square of one and ε = 1: a code then moves in
/// proportion to its own gradient, by at most the step size and mostly by less.
final class PointMover {
  private let specimen: Specimen
  private let regularizer: any LatentRegularizer
  private let critic: CriticTrainer?
  private let points: Parameter
  private let optimizer: Adam
  private let streams = RandomStreams(seed: 5, device: .cpu)

  /// Takes `start`, `[count, latentSize]` on the support; a critic is first trained on it.
  init(_ specimen: Specimen, start: Tensor, criticSteps: Int) throws {
    self.specimen = specimen
    regularizer = try specimen.make(batch: start.shape[0], population: 0)
    critic = CriticTrainer(regularizer)
    points = Parameter(wrappedValue: start.detached().copy())
    optimizer = Adam([("points", points)], coefficients: Adam.Coefficients(epsilon: 1))
    for _ in 0..<criticSteps { critic?.step(specimen.context(codes, streams: streams)) }
  }

  var codes: Tensor { points.wrappedValue.detached() }

  /// Gives the gradient a root mean square of 1. With Adam's ε at 1 a code then moves in proportion to its own
  /// gradient where that is small: plain Adam gives every code the same step, and takes those that a kernel hardly
  /// sees for a random walk.
  private func normalize() {
    guard let gradient = points.wrappedValue.gradient else { return }
    let size = gradient.squared().mean().item.squareRoot()
    if size > 0, size.isFinite { gradient.multiply(by: 1 / size) }
  }

  func step(learningRate: Double) {
    optimizer.clearGradients()
    let live = specimen.prior.geometry.parametrized(points.wrappedValue)
    let penalty = regularizer.penalty(in: specimen.context(live, streams: streams)).value
    if penalty.requiresGradient { penalty.backward() }
    withoutGradients { normalize() }
    optimizer.step(learningRate: learningRate)
    withoutGradients { points.wrappedValue.assign(specimen.prior.geometry.retracted(points.wrappedValue)) }
    critic?.step(specimen.context(codes, streams: streams))
  }
}
