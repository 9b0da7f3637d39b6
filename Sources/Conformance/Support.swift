import Foundation
import MoCAProtocols

extension LatentGeometry {
  /// The nearest point of the support, or one close to it, for each row of `[count, latentSize]`.
  ///
  /// Unlike `Prior.project(_:)` it leaves points of the support where they are.
  func retracted(_ points: Tensor) -> Tensor {
    switch self {
    case .euclidean: return points
    case .sphere: return points.normalized(along: -1)
    case .cube: return points.clamped(min: -1).clamped(max: 1)
    case .ball:
      let norms = (points.squared().sum(along: -1, keepsDimensions: true) + 1e-12).squareRoot()
      return points / norms.clamped(min: 1)
    case .simplex:
      let positive = points.clamped(min: 1e-7)
      return positive / positive.sum(along: -1, keepsDimensions: true)
    }
  }

  /// Points of the support as a function of free parameters near them: gradients through it lie along the support.
  func parametrized(_ points: Tensor) -> Tensor {
    switch self {
    case .euclidean, .cube, .ball: points
    case .sphere: points.normalized(along: -1)
    case .simplex: points / points.sum(along: -1, keepsDimensions: true)
    }
  }

  /// How far each coordinate may move without leaving the support, in units of a step that is small beside 1.
  func freedom(at points: Tensor) -> Tensor {
    switch self {
    case .euclidean, .sphere: .ones(points.shape)
    case .cube: 1 - points.absolute()
    case .ball: (1 - points.norm(along: -1, keepsDimensions: true)).expanded(to: points.shape)
    case .simplex: points
    }
  }
}

/// What the draws of a prior look like, from a sample.
struct PriorShape {
  /// `[1, latentSize]`.
  let mean: Tensor
  /// The root mean square of a coordinate's distance from its mean.
  let spread: Double
  /// The root mean square of a coordinate itself.
  let magnitude: Double
  /// One draw, `[1, latentSize]`.
  let point: Tensor

  init(of prior: any Prior, using generator: Generator) {
    let draws = withoutGradients { prior.sample(4096, using: generator) }
    point = draws.narrowed(along: 0, from: 0, count: 1).copy()
    mean = draws.mean(along: 0, keepsDimensions: true)
    spread = (draws - mean).squared().mean().item.squareRoot()
    magnitude = draws.squared().mean().item.squareRoot()
  }
}

/// A number with four significant digits, or that it is none.
func short(_ value: Double) -> String { value.isFinite ? String(format: "%.4g", value) : "not finite" }

/// The mean and the standard deviation of numbers.
struct Summary {
  let mean: Double
  let deviation: Double
  let count: Int

  init(_ values: [Double]) {
    count = values.count
    let mean = values.reduce(0, +) / Double(max(1, count))
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = (squares / Double(max(1, count - 1))).squareRoot()
  }

  /// The standard error of the mean.
  var error: Double { deviation / Double(max(1, count)).squareRoot() }
}
