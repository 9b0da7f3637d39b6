import Mathematics

/// Which images are trained on and which are kept for measuring: a pure function of its arguments.
public struct Split: Sendable, Equatable {
  /// The images to train on, in ascending order.
  public let training: [Int]
  /// The images held out, in ascending order.
  public let heldOut: [Int]

  /// Splits `count` images.
  ///
  /// - Parameters:
  ///   - count: How many images there are.
  ///   - holdout: The share to hold out, at least 0 and below 1. The number is rounded; above 0 at least one
  ///     image is held out and at least one is left, where there are two.
  ///   - seed: Decides which.
  public init(count: Int, holdout: Double, seed: UInt64) {
    guard count >= 0, holdout >= 0, holdout < 1 else {
      fatalError("Split: count must be at least 0 and holdout in [0, 1), found \(count) and \(holdout)")
    }
    var heldOutCount = Int((Double(count) * holdout).rounded())
    if holdout > 0, count > 1 { heldOutCount = min(max(heldOutCount, 1), count - 1) }
    var order = Array(0..<count)
    var random = SplitMix64(seed: seed, "split")
    if heldOutCount > 0 { random.shuffle(&order) }
    heldOut = order.prefix(heldOutCount).sorted()
    training = order.dropFirst(heldOutCount).sorted()
  }

  /// At most `limit` of `indices`, evenly spread over them: archives often come class by class, and their first images
  /// are all of one kind.
  public static func spread(_ indices: [Int], limit: Int) -> [Int] {
    if indices.count <= limit { return indices }
    return (0..<max(0, limit)).map { indices[$0 * indices.count / limit] }
  }
}
