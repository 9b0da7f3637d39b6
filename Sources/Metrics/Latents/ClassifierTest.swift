import MoCAProtocols

/// Classifier two-sample test (Lopez-Paz and Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017): the
/// accuracy of a classifier that tells codes from draws of the prior, on the half of both that it was not trained on.
///
/// The classifier is linear in the d coordinates and in the squares of 256 random projections (of as many as span all
/// quadratic forms, where these are fewer). Its weights are ridge regression's on ±1, which is the first Newton step of
/// logistic regression: closed form, no seed of training. ½ says that codes and draws cannot be told apart by first and
/// second moments; 1 that each can be told.
public struct ClassifierTest: LatentMeasure {
  public static let name = "classifier"
  public static let unit = "held-out accuracy of telling codes from draws, ½ at a match"
  public static let codeLimit = 4_000
  public static let nullLimit = 99

  /// Beside features of unit variance.
  private static let ridge = 1e-3
  private let directions: Tensor
  private let features: Tensor

  public init?(_ reference: LatentReference) {
    let size = reference.latentSize
    directions = reference.directions(min(256, size * (size + 1) / 2)).transposed()
    features = Self.features(reference.draws(), directions)
  }

  public func value(of codes: Tensor) -> Double {
    let found = Self.features(codes, directions)
    let half = codes.shape[0] / 2
    let train = Tensor.concatenated([found, features].map { $0.narrowed(along: 0, from: 0, count: half) })
    let mean = train.mean(along: 0, keepsDimensions: true)
    let deviation = (train - mean).squared().mean(along: 0, keepsDimensions: true).squareRoot()
    let scale = deviation.clamped(min: 1e-6).power(-1)
    let weights = Self.weights((train - mean) * scale, half)
    let scores = [found, features].map {
      (($0.narrowed(along: 0, from: half, count: codes.shape[0] - half) - mean) * scale).matmul(weights)
    }
    // A tie counts as half, so that codes without any information give ½.
    return 0.5 + (scores[0].sign().mean().item - scores[1].sign().mean().item) / 4
  }

  public func asymptoticProbability(of value: Double) -> Double? {
    let tested = features.shape[0] - features.shape[0] / 2
    return UpperTail.normal((value - 0.5) * (4 * Double(2 * tested)).squareRoot())
  }

  private static func features(_ codes: Tensor, _ directions: Tensor) -> Tensor {
    Tensor.concatenated([codes, codes.matmul(directions).squared()], along: 1)
  }

  /// (XᵀX/N + ridge)⁻¹ Xᵀy/N, where the first `half` rows of X have y = 1 and the others −1; `[features, 1]`.
  private static func weights(_ train: Tensor, _ half: Int) -> Tensor {
    let count = Double(2 * half)
    let gram = train.transposed().matmul(train).to(dtype: .float64) / count
    let firsts = train.narrowed(along: 0, from: 0, count: half).sum(along: 0, keepsDimensions: true)
    let others = train.narrowed(along: 0, from: half, count: half).sum(along: 0, keepsDimensions: true)
    let target = ((firsts - others) / count).to(dtype: .float64).transposed()
    let identity = Tensor.identity(gram.shape[0], dtype: .float64, on: train.device)
    let factor = (gram + identity * ridge).choleskyFactor()
    return target.solved(triangular: factor).solved(triangular: factor.transposed(), isUpper: true).to(
      dtype: .float32)
  }
}
