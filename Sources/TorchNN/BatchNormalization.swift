import Torch

/// Batch normalisation over every dimension but the second; PyTorch's defaults (ε 1e-5, momentum 0.1).
public final class BatchNormalization: TrainingSensitive {
  /// Scale, `[channels]`.
  @Parameter public var weight: Tensor
  /// Shift, `[channels]`.
  @Parameter public var bias: Tensor
  /// Running mean, `[channels]`.
  @Buffer public var runningMean: Tensor
  /// Running variance (unbiased), `[channels]`.
  @Buffer public var runningVariance: Tensor
  public var isTraining = true

  /// Starts as the identity on standardised input.
  public init(_ channelCount: Int) {
    weight = .ones([channelCount])
    bias = .zeros([channelCount])
    _runningMean = Buffer(wrappedValue: .zeros([channelCount]), name: "running_mean")
    _runningVariance = Buffer(wrappedValue: .ones([channelCount]), name: "running_var")
  }

  /// Applies the layer, and moves the running statistics while training.
  public func callAsFunction(_ input: Tensor) -> Tensor { apply(to: input, isRectified: false) }

  /// Applies the layer and ReLU after it.
  public func rectified(_ input: Tensor) -> Tensor { apply(to: input, isRectified: true) }

  private func apply(to input: Tensor, isRectified: Bool) -> Tensor {
    input.batchNormalized(
      weight: weight, bias: bias, runningMean: runningMean, runningVariance: runningVariance,
      isTraining: isTraining, momentum: 0.1, epsilon: 1e-5, isRectified: isRectified)
  }
}
