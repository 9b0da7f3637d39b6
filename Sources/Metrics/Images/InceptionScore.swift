import Foundation
import MoCAProtocols

/// The Inception score of generated images: how sure a classifier is of each image, and how many classes it sees.
///
///     exp(mean over images of KL(p(y|x) ‖ p(y))),  p(y) = mean of p(y|x)
///
/// Salimans et al., "Improved techniques for training GANs", NeurIPS 2016: over 10 equal parts of the images, mean
/// and standard deviation (divisor: the number of parts). It lies between 1 and the number of classes; more is
/// better. It never sees the reference set, grows with the number of images, and means little for images whose
/// classes the classifier does not know.
public struct InceptionScore: Codable, Sendable {
  /// The mean over parts.
  public let value: Double
  /// The standard deviation over parts.
  public let standardDeviation: Double
  /// How many parts.
  public let partCount: Int

  /// The score of every part.
  init(_ scores: [Double]) {
    let count = Double(scores.count)
    let mean = scores.reduce(0, +) / count
    value = mean
    standardDeviation = (scores.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count).squareRoot()
    partCount = scores.count
  }
}

/// The Inception score from a classifier's logits, computed in `float64`.
///
/// - Parameters:
///   - logits: `[n, classes]`, before the softmax.
///   - partCount: How many parts; part i has the images from i n / parts on.
///   - generator: Shuffles the images first; `nil` keeps their order. Images that come class by class need it.
/// - Throws: ``ImageScoreError`` where there are fewer images than parts or logits that are not finite.
public func inceptionScore(
  _ logits: Tensor, parts partCount: Int = 10, shuffledBy generator: Generator? = nil
) throws -> InceptionScore {
  if partCount < 1 { fatalError("the Inception score needs at least one part, asked for \(partCount)") }
  try checkFeatures(logits)
  let count = logits.shape[0]
  if count < partCount {
    throw ImageScoreError.tooFew(
      score: "the Inception score", found: count, needed: partCount,
      reason: "each of its \(partCount) parts needs an image", remedy: "generate more images")
  }
  return withoutGradients {
    let order = generator.map { Tensor.permutation(count, using: $0).to(on: logits.device) }
    let ordered = order.map { logits.gathered(along: 0, at: $0) } ?? logits
    let scores = (0..<partCount).map { part in
      let (start, end) = (part * count / partCount, (part + 1) * count / partCount)
      let logs = ordered.narrowed(along: 0, from: start, count: end - start)
        .to(dtype: .float64).logSoftmax(along: 1)
      let marginal = logs.logSumExp(along: 0, keepsDimensions: true) - log(Double(end - start))
      return (logs.exp() * (logs - marginal)).sum(along: 1).mean().exp().item
    }
    return InceptionScore(scores)
  }
}
