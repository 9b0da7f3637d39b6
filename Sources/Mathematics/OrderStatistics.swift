/// The values of a sample in ascending order.
package struct OrderStatistics {
  /// From the smallest to the largest.
  package let ascending: [Double]

  /// Sorts a sample, which is not empty.
  package init(_ values: [Double]) {
    if values.isEmpty { fatalError("a sample without values has no order statistics") }
    ascending = values.sorted()
  }

  /// The value below which that share of the sample lies, linear between the order statistics as NumPy's default.
  package func quantile(_ share: Double) -> Double {
    let position = share * Double(ascending.count - 1)
    let index = min(Int(position), ascending.count - 2)
    if index < 0 { return ascending[0] }
    return ascending[index] + (position - Double(index)) * (ascending[index + 1] - ascending[index])
  }
}

extension Collection<Double> {
  /// `nil` of no values.
  package var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }

  /// The middle value, or the mean of the middle two; `nil` of no values.
  package var median: Double? {
    let sorted = sorted()
    guard let upper = sorted.dropFirst(sorted.count / 2).first else { return nil }
    return sorted.count.isMultiple(of: 2) ? (sorted[sorted.count / 2 - 1] + upper) / 2 : upper
  }

  /// The standard deviation with n − 1; zero for fewer than two values and for equal ones, whatever rounding makes of
  /// their mean.
  package var deviation: Double {
    guard count > 1, let mean, contains(where: { $0 != first }) else { return 0 }
    return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)).squareRoot()
  }
}
