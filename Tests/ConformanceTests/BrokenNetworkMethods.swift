import MoCAProtocols

/// What broken methods of the posterior share: the mean square of the features is what they try to measure.
protocol BrokenOfPosterior: Broken {}

extension BrokenOfPosterior {
  static var subject: PenaltySubject { .posterior }
  static var defaultPosterior: String? { "gaussian" }
  static var exceptions: [ConformanceCheck: String] { [:] }

  func squares(_ context: RegularizationContext) -> Tensor {
    context.requiredPass(by: Self.name).features.squared().mean(along: 1)
  }
}

/// Nothing is wrong with it.
final class SoundOfPosterior: BrokenOfPosterior {
  static let name = "sound-of-posterior"

  func penalty(in context: RegularizationContext) -> Penalty { Penalty(squares(context).mean()) }
}

/// The first images count more.
final class OrderDependentPosterior: BrokenOfPosterior {
  static let name = "order-dependent-posterior"

  func penalty(in context: RegularizationContext) -> Penalty {
    let squares = squares(context)
    let count = squares.shape[0]
    let weights = Tensor((0..<count).map { Float(0.9 + 0.2 * (Double($0) + 0.5) / Double(count)) })
    return Penalty((squares * weights).mean())
  }
}

/// A sum over images.
final class BatchDependentPosterior: BrokenOfPosterior {
  static let name = "batch-dependent-posterior"

  func penalty(in context: RegularizationContext) -> Penalty { Penalty(squares(context).sum()) }
}

/// The value is right and half of the features get no gradient.
final class WrongGradientPosterior: BrokenOfPosterior {
  static let name = "wrong-gradient-posterior"

  func penalty(in context: RegularizationContext) -> Penalty {
    let features = context.requiredPass(by: Self.name).features
    let half = features.shape[1] / 2
    let live = features.narrowed(along: 1, from: 0, count: half)
    let rest = features.narrowed(along: 1, from: half, count: half).detached()
    return Penalty(Tensor.concatenated([live, rest], along: 1).squared().mean())
  }
}

/// An exponential without a bound.
final class NotFinitePosterior: BrokenOfPosterior {
  static let name = "not-finite-posterior"

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty((context.requiredPass(by: Self.name).features * 8).exp().mean() + squares(context).mean())
  }
}

/// Takes the logarithm of what rounding to bfloat16 leaves of the reconstructions.
final class NotFiniteUnderAutocast: BrokenOfPosterior {
  static let name = "not-finite-under-autocast"

  func penalty(in context: RegularizationContext) -> Penalty {
    let images = context.requiredPass(by: Self.name).reconstructions.detached()
    let rest = (images - images.to(dtype: .bfloat16).to(dtype: .float32)).absolute().maximum()
    return Penalty(squares(context).mean() + 0 * rest.log())
  }
}

/// A running mean that no checkpoint sees.
final class HiddenStatePosterior: BrokenOfPosterior {
  static let name = "hidden-state-posterior"
  private var average = Tensor.scalar(1)

  func penalty(in context: RegularizationContext) -> Penalty {
    let mean = squares(context).mean()
    average = (average * 0.999 + mean.detached() * 0.001).detached()
    return Penalty(mean * average)
  }
}

/// A reconstruction term whose own parameter gets half of its gradient.
final class WrongObservation: BrokenOfPosterior, ObservationWeighting {
  static let name = "wrong-observation"
  @Parameter private var logarithm = Tensor.scalar(-1)

  func penalty(in context: RegularizationContext) -> Penalty { Penalty(squares(context).mean()) }

  func observationLoss(_ squaredErrors: Tensor, valueCount: Int) -> Tensor {
    let live = logarithm.scalingGradient(by: 0.5)
    return squaredErrors.mean() * (-live).exp() + live * Double(valueCount)
  }
}

/// The squares of the decoder's weights without their gradient.
final class WrongGradientNetworks: Broken {
  static let name = "wrong-gradient-networks"
  static let subject = PenaltySubject.networks
  static let exceptions: [ConformanceCheck: String] = [:]

  func penalty(in context: RegularizationContext) -> Penalty {
    let decoder = context.requiredPass(by: Self.name).model.decoder
    let squares = decoder.namedParameters().reduce(Tensor.scalar(0)) {
      $0 + $1.parameter.wrappedValue.squared().sum().scalingGradient(by: 0.5)
    }
    return Penalty(context.latents.squared().mean() + squares)
  }
}

/// A discrepancy of codes beside the posterior's part, with its minimum elsewhere.
final class WrongMinimumOfPosterior: BrokenOfPosterior {
  static let name = "wrong-minimum-of-posterior"
  static let exceptions = Sound.exceptions
  static let takesSamples = true

  func penalty(in context: RegularizationContext) -> Penalty {
    Penalty(squares(context).mean() + SlicedDistance(context).differences(scale: 0.7).squared().mean())
  }
}
