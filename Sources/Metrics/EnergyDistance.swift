import MoCAProtocols

/// The energy statistic of two samples: 2 E|x − y| − E|x − x′| − E|y − y′|, each mean over all pairs, a point with
/// itself included (Székely and Rizzo, "Energy statistics", J. Statist. Plann. Inference 2013).
///
/// It is zero for equal samples and grows with any difference of their distributions. Samples from one
/// distribution give a value above zero that shrinks like 1/n: it is read against simulated values.
public func energyDistance(_ first: Tensor, _ second: Tensor) -> Double {
  withoutGradients {
    2 * meanDistance(first, second) - meanDistance(first, first) - meanDistance(second, second)
  }
}

/// The mean Euclidean distance over all pairs, in tiles of 1,024 rows.
func meanDistance(_ first: Tensor, _ second: Tensor) -> Double {
  let count = first.shape[0]
  let sum = stride(from: 0, to: count, by: 1024).reduce(0.0) { sum, start in
    let rows = first.narrowed(along: 0, from: start, count: min(1024, count - start))
    // In `float64`: the distance of a point to itself would be the root of a rounding error.
    let squares = rows.to(dtype: .float64).squaredDistances(to: second.to(dtype: .float64))
    return sum + squares.clamped(min: 0).squareRoot().sum().item
  }
  return sum / Double(count * second.shape[0])
}
