import Torch

/// Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980) and AdamW (Loshchilov and Hutter, ICLR 2019), with libtorch's
/// fused kernel: one pass over all parameters.
public final class Adam: Optimizer {
  public typealias Coefficients = AdamStep.Coefficients

  private struct Moments {
    let first: Tensor
    let second: Tensor
    let step: Tensor
  }

  public let parameters: [NamedParameter]
  /// What stays the same from step to step.
  public let coefficients: Coefficients
  private let moments: [Moments]

  /// Takes the parameters with their names, which become the names of the moments in a checkpoint.
  public init(_ parameters: [NamedParameter], coefficients: Coefficients = Coefficients()) {
    self.parameters = parameters
    self.coefficients = coefficients
    moments = withoutGradients {
      parameters.map { _, parameter in
        let value = parameter.wrappedValue
        return Moments(
          first: (value * 0).detached(), second: (value * 0).detached(), step: .scalar(0, on: value.device))
      }
    }
  }

  public func step(learningRate: Double) {
    let active = zip(parameters, moments).compactMap { named, moments in
      named.parameter.wrappedValue.gradient.map { (named.parameter.wrappedValue, $0, moments) }
    }
    let step = AdamStep(
      parameters: active.map(\.0), gradients: active.map(\.1), firstMoments: active.map(\.2.first),
      secondMoments: active.map(\.2.second), steps: active.map(\.2.step))
    withoutGradients { step.apply(coefficients, learningRate: learningRate) }
  }

  /// The moments and counts, as PyTorch names them.
  public var state: [NamedTensor] {
    zip(parameters, moments).flatMap { named, moments in
      [
        NamedTensor("\(named.name).exp_avg", moments.first),
        NamedTensor("\(named.name).exp_avg_sq", moments.second),
        NamedTensor("\(named.name).step", moments.step),
      ]
    }
  }
}
