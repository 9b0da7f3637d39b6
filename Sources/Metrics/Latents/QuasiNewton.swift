import MoCAProtocols

/// Limited-memory BFGS with a backtracking search (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 7.4
/// and 3.1), for smooth convex functions of one tensor in `float64`.
struct QuasiNewton {
  /// Pairs of steps and changes of the gradient that are kept.
  var memory = 20
  /// No derivative is larger at the end.
  var tolerance = 1e-6
  var stepLimit = 2_000

  /// A function's value and gradient.
  struct Evaluation {
    let value: Double
    let gradient: Tensor
  }

  /// Where the search ended.
  struct Result {
    let point: Tensor
    /// The largest derivative there.
    let slope: Double
  }

  private struct Pair {
    let step: Tensor
    let change: Tensor
    let product: Double
  }

  func minimum(from start: Tensor, of function: (Tensor) -> Evaluation) -> Result {
    var (point, current) = (start, function(start))
    var pairs: [Pair] = []
    for _ in 0..<stepLimit {
      if Self.slope(current) <= tolerance { break }
      let direction = Self.direction(current.gradient, pairs)
      guard let next = Self.search(from: point, along: direction, current, function) else {
        // The curvature has been misjudged: begin again with the gradient, or stop where that fails too.
        if pairs.isEmpty { break }
        pairs = []
        continue
      }
      let (step, change) = (next.point - point, next.evaluation.gradient - current.gradient)
      let product = (step * change).sum().item
      if product > 1e-12 * change.squared().sum().item {
        pairs = pairs.suffix(memory - 1) + [Pair(step: step, change: change, product: product)]
      }
      (point, current) = (next.point, next.evaluation)
    }
    return Result(point: point, slope: Self.slope(current))
  }

  private static func slope(_ evaluation: Evaluation) -> Double {
    evaluation.gradient.absolute().maximum().item
  }

  /// −H g by the two-loop recursion.
  private static func direction(_ gradient: Tensor, _ pairs: [Pair]) -> Tensor {
    var direction = gradient * -1
    guard let last = pairs.last else { return direction / max(1, gradient.squared().sum().item.squareRoot()) }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = (pair.step * direction).sum().item / pair.product
      factors.append(factor)
      direction = direction - pair.change * factor
    }
    direction = direction * (last.product / last.change.squared().sum().item)
    for (pair, factor) in zip(pairs, factors.reversed()) {
      let other = (pair.change * direction).sum().item / pair.product
      direction = direction + pair.step * (factor - other)
    }
    return direction
  }

  /// The first of the lengths 1, ½, ¼ … that lowers the value enough.
  private static func search(
    from point: Tensor, along direction: Tensor, _ current: Evaluation, _ function: (Tensor) -> Evaluation
  ) -> (point: Tensor, evaluation: Evaluation)? {
    let descent = (direction * current.gradient).sum().item
    if !(descent < 0) { return nil }
    var length = 1.0
    for _ in 0..<40 {
      let next = point + direction * length
      let evaluation = function(next)
      // Near the minimum the decrease is lost in the value's rounding.
      if evaluation.value <= current.value + 1e-4 * length * descent + 1e-14 * abs(current.value) {
        return (next, evaluation)
      }
      length /= 2
    }
    return nil
  }
}
