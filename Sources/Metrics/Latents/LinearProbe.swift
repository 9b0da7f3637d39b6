import MoCAProtocols

/// Multinomial logistic regression on standardised codes (scikit-learn's `StandardScaler` and `LogisticRegression`).
///
/// Minimises C Σ −log p(label) + ½ |W|² over weights W and intercepts, which are not charged; C = 1 is scikit-learn's
/// default. Coordinates that do not vary are left as they are. Solved in `float64` until no derivative of the mean
/// exceeds 1e-6, or for 2,000 steps; ``slope`` tells what was reached.
public struct LinearProbe {
  /// `[latentSize + 1, classes]`, the intercepts in the last row; for standardised codes.
  public let weights: Tensor
  /// The largest derivative that was left.
  public let slope: Double
  private let mean: Tensor
  private let scale: Tensor
  /// Far below zero for numbers that no code has as its label.
  private let blocked: Tensor

  /// Fits the probe.
  ///
  /// - Throws: ``CodeError/oneClass(label:)`` where all labels are equal.
  public init(train: LabelledCodes, inverseRegularization: Double = 1) throws {
    let (count, classes) = (Double(train.labels.count), train.classCount)
    if Set(train.labels).count < 2 { throw CodeError.oneClass(label: train.labels.first ?? 0) }
    let points = train.codes.to(dtype: .float64)
    let size = points.shape[1]
    let mean = points.mean(along: 0, keepsDimensions: true)
    let deviation = (points - mean).squared().mean(along: 0, keepsDimensions: true).squareRoot()
    let scale = deviation.filled(where: deviation.isLess(than: 1e-12), with: 1).power(-1)
    (self.mean, self.scale) = (mean, scale)
    let inputs = Self.extended((points - mean) * scale)
    let targets = train.indicators(classes: classes)
    // A label between 0 and the largest that no code has is not a class.
    let absent = targets.sum(along: 0, keepsDimensions: true).isLess(than: 0.5)
    let blocked = Tensor.zeros([1, classes], dtype: .float64, on: points.device)
      .filled(where: absent, with: -1e9)
    let charged =
      Tensor.ones([size + 1, 1], dtype: .float64).to(on: points.device)
      - Tensor.identity(size + 1, dtype: .float64, on: points.device).narrowed(along: 1, from: size, count: 1)
    let penalty = 1 / (inverseRegularization * count)
    let start = Tensor.zeros([size + 1, classes], dtype: .float64, on: points.device)
    let found = withoutGradients {
      QuasiNewton().minimum(from: start) { weights in
        let logits = inputs.matmul(weights) + blocked
        let kept = weights * charged
        let totals = logits.logSumExp(along: 1)
        let loss = (totals - (logits * targets).sum(along: 1)).mean() + kept.squared().sum() * (penalty / 2)
        let errors = (logits.softmax(along: 1) - targets) / count
        return .init(value: loss.item, gradient: inputs.transposed().matmul(errors) + kept * penalty)
      }
    }
    weights = found.point
    self.blocked = blocked
    slope = found.slope
  }

  /// The probability of each class, `[count, latentSize] → [count, classes]`, `float64`.
  public func probabilities(of codes: Tensor) -> Tensor {
    let inputs = Self.extended((codes.to(dtype: .float64) - mean) * scale)
    return (inputs.matmul(weights) + blocked).softmax(along: 1)
  }

  /// With a last column of ones.
  private static func extended(_ points: Tensor) -> Tensor {
    let ones = Tensor.ones([points.shape[0], 1], dtype: .float64, on: points.device)
    return .concatenated([points, ones], along: 1)
  }
}

/// The share of test codes whose label a ``LinearProbe`` of the training codes finds.
///
/// - Throws: ``CodeError``.
public func linearProbeAccuracy(train: LabelledCodes, test: LabelledCodes) throws -> Double {
  try CodeError.check(train.codes, latentSize: test.codes.shape[1], atLeast: 2)
  let probe = try LinearProbe(train: train)
  return test.accuracy(of: probe.probabilities(of: test.codes).argumentOfMaximum(along: 1))
}
