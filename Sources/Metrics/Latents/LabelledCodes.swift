import MoCAProtocols

/// Codes with their class labels.
public struct LabelledCodes {
  /// `[count, latentSize]`.
  public let codes: Tensor
  /// Class numbers, not negative, one for each code.
  public let labels: [Int]

  /// Pairs both.
  ///
  /// - Throws: ``CodeError`` where there is not one label for each code, or a code is not finite.
  public init(codes: Tensor, labels: [Int]) throws {
    guard codes.rank == 2 else {
      throw CodeError.wrongShape(found: codes.shape, latentSize: codes.shape.last ?? 0)
    }
    if codes.shape[0] != labels.count {
      throw CodeError.labelCount(codes: codes.shape[0], labels: labels.count)
    }
    if let wrong = labels.first(where: { $0 < 0 }) { throw CodeError.negativeLabel(wrong) }
    try CodeError.check(codes, latentSize: codes.shape[1], atLeast: 1)
    self.codes = codes.detached()
    self.labels = labels
  }

  /// One more than the largest label.
  var classCount: Int { (labels.max() ?? -1) + 1 }

  /// Column k is 1 where the label is k: `[count, classes]`, `float64`.
  func indicators(classes: Int) -> Tensor {
    let column = Tensor(labels.map(Double.init), shape: [labels.count, 1]).to(on: codes.device)
    return column.isEqual(
      to: Tensor.range(classes, dtype: .float64, on: codes.device).expandingDimension(at: 0)
    )
    .to(dtype: .float64)
  }

  /// The share of labels that equal `predictions`, rank 1.
  func accuracy(of predictions: Tensor) -> Double {
    let found = predictions.values(as: Int64.self)
    return Double(zip(found, labels).count { Int($0) == $1 }) / Double(labels.count)
  }
}
