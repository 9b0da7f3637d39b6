import MoCAProtocols

/// Settings of methods that have none but the weight.
struct WeightOnly: RegularizerConfiguration {
  @Setting("λ", .atLeast(0)) var weight: Weight = 1
}

/// A sound method to break: squared differences of sorted projections, the codes' and the prior's.
struct SlicedDistance {
  var codes: Tensor
  let context: RegularizationContext

  init(_ context: RegularizationContext) {
    self.context = context
    codes = context.latents
  }

  /// `[batch, 64]`
  func differences(scale: Double = 1) -> Tensor {
    let directions = Tensor.normal([codes.shape[1], 64], using: context.streams[.projections])
      .normalized(along: 0)
    let draws = context.priorSamples(codes.shape[0]) * scale
    return codes.matmul(directions).sorted(along: 0) - draws.matmul(directions).sorted(along: 0)
  }

  func mean() -> Tensor { differences().squared().mean() }
}

/// What the broken methods share.
protocol Broken: RegularizerPlugin where Configuration == WeightOnly {
  init()
}

extension Broken {
  static var summary: String { "broken on purpose" }
  static var reference: Citation { .project }
  static var exceptions: [ConformanceCheck: String] {
    [.batchSize: "the squared distance of two finite samples adds a term in 1/N"]
  }

  init(_ configuration: WeightOnly, context: RegularizerContext) throws { self.init() }
}

/// Nothing is wrong with it.
final class Sound: Broken {
  static let name = "sound"

  func penalty(in context: RegularizationContext) -> Penalty { Penalty(SlicedDistance(context).mean()) }
}

/// Pulls the codes to draws at 0.7 of their scale.
final class WrongMinimum: Broken {
  static let name = "wrong-minimum"

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(SlicedDistance(context).differences(scale: 0.7).squared().mean())
  }
}

/// The first codes of the batch count more.
final class OrderDependent: Broken {
  static let name = "order-dependent"

  func penalty(in context: RegularizationContext) -> Penalty {
    var distance = SlicedDistance(context)
    let (count, size) = (distance.codes.shape[0], distance.codes.shape[1])
    let weights = Tensor(
      (0..<count).map { Float(0.98 + 0.04 * Double($0) / Double(count)) }, shape: [count, 1])
    distance.codes = distance.codes * weights.expanded(to: [count, size])
    return Penalty(distance.mean())
  }
}

/// A sum over the batch.
final class BatchDependent: Broken {
  static let name = "batch-dependent"
  static let exceptions: [ConformanceCheck: String] = [:]

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(SlicedDistance(context).mean() * Double(context.latents.shape[0]))
  }
}

/// Divides by the spread of the batch around its first code.
final class NotFiniteAtCollapse: Broken {
  static let name = "not-finite-at-collapse"

  func penalty(in context: RegularizationContext) -> Penalty {
    let centred = context.latents - context.latents.narrowed(along: 0, from: 0, count: 1)
    // Zero wherever the codes differ, and not a number where they do not.
    let nothing = (centred.squared().mean() / centred.squared().mean()).detached() - 1
    return Penalty(SlicedDistance(context).mean() + nothing)
  }
}

/// Half of the penalty carries no gradient.
final class WrongGradient: Broken {
  static let name = "wrong-gradient"

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(SlicedDistance(context).mean().scalingGradient(by: 0.5))
  }
}

/// A running mean that no checkpoint sees.
final class HiddenState: Broken {
  static let name = "hidden-state"
  private var average = Tensor.scalar(1)

  func penalty(in context: RegularizationContext) -> Penalty {
    let distance = SlicedDistance(context).mean()
    average = (average * 0.999 + distance.detached() * 0.001).detached()
    return Penalty(distance * average)
  }
}

/// Sees the length of codes and nothing else.
final class BlindToDirection: Broken {
  static let name = "blind-to-direction"

  func penalty(in context: RegularizationContext) -> Penalty {
    let norms = (context.latents.squared().sum(along: 1) + 1e-12).squareRoot().sorted(along: 0)
    let draws = context.priorSamples(context.latents.shape[0]).norm(along: 1).sorted(along: 0)
    return Penalty((norms - draws).squared().mean())
  }
}

/// The sum that depends on the batch, excepted with a reason.
final class Excepted: Broken {
  static let name = "excepted"
  static let exceptions: [ConformanceCheck: String] = [.batchSize: "a sum over the batch by definition"]

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(SlicedDistance(context).mean() * Double(context.latents.shape[0]))
  }
}

/// The mean kernel over all pairs, of a point with itself as well: a term in 1/n that is small beside a shift.
final class BiasedKernel: Broken {
  static let name = "biased-kernel"
  static let exceptions: [ConformanceCheck: String] = [:]

  func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents
    let draws = context.priorSamples(codes.shape[0])
    let mean = { (first: Tensor, second: Tensor) in
      (first.squaredDistances(to: second) * (-0.5 / Double(codes.shape[1]))).exp().mean()
    }
    return Penalty(mean(codes, codes) - 2 * mean(codes, draws) + mean(draws, draws))
  }
}

/// Divides by the length of the codes' largest coordinate.
final class NotFiniteAtOrigin: Broken {
  static let name = "not-finite-at-origin"

  func penalty(in context: RegularizationContext) -> Penalty {
    let size = context.latents.detached().absolute().maximum()
    return Penalty(SlicedDistance(context).mean() + size / size - 1)
  }
}

/// Takes the logarithm of what rounding to bfloat16 leaves.
final class NotFiniteRounded: Broken {
  static let name = "not-finite-rounded"

  func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents.detached()
    let rest = (codes - codes.to(dtype: .bfloat16).to(dtype: .float32)).absolute().maximum()
    let isOrigin = codes.absolute().maximum().isLess(than: 1e-20).to(dtype: .float32)
    return Penalty(SlicedDistance(context).mean() + 0 * (rest + isOrigin).log())
  }
}

/// A method with a queue of its own, whose live codes pull for the stored ones as well.
final class SoundQueue: Broken {
  static let name = "sound-queue"
  static let defaultMemory = "queue"

  func penalty(in context: RegularizationContext) -> Penalty {
    var distance = SlicedDistance(context)
    distance.codes = context.samples
    return Penalty(distance.mean())
  }
}

/// The same with three times the pull, which shows where there is a queue only.
final class WrongQueueGradient: Broken {
  static let name = "wrong-queue-gradient"
  static let defaultMemory = "queue"

  func penalty(in context: RegularizationContext) -> Penalty {
    var distance = SlicedDistance(context)
    distance.codes = context.samples
    let factor = context.recollection.population == nil ? 1.0 : 3
    return Penalty(distance.mean().scalingGradient(by: factor))
  }
}

/// Pulls the codes to the prior for as many steps as its weight says, and past it from then on.
final class PassesBy: RegularizerPlugin {
  typealias Configuration = WeightOnly

  static let name = "passes-by"
  static let summary = "broken on purpose"
  static let reference = Citation.project

  private var stepsLeft: Double

  init(_ configuration: WeightOnly, context: RegularizerContext) throws {
    stepsLeft = configuration.weight.value ?? 0
  }

  func penalty(in context: RegularizationContext) -> Penalty {
    stepsLeft -= 1
    return Penalty(stepsLeft >= 0 ? SlicedDistance(context).mean() : -context.latents.mean())
  }
}

/// Holds all differences between codes at once.
final class AllDifferences: Broken {
  static let name = "all-differences"

  func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents
    let differences = codes.expandingDimension(at: 1) - codes.detached().expandingDimension(at: 0)
    return Penalty(SlicedDistance(context).mean() + 1e-9 * differences.sum(along: 0).mean())
  }
}

/// Holds a matrix of batch × population for each of 24 scales.
final class EveryScaleAtOnce: Broken {
  static let name = "every-scale-at-once"

  func penalty(in context: RegularizationContext) -> Penalty {
    let codes = context.latents
    let population = context.recollection.population ?? codes.detached()
    let scales = (1...24).map { (codes * (1 / Double($0))).matmul(population.transposed()).exp() }
    let sum = scales.reduce(Tensor.scalar(0)) { $0 + 1e-9 * $1.mean() }
    return Penalty(SlicedDistance(context).mean() + sum)
  }
}
