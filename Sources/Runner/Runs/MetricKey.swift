import Metrics
import MoCAProtocols

/// The quantities of a line of `metrics.jsonl` that the program itself writes and reads. What regularizers and memories
/// tell of themselves stands beside them under names of their own.
package enum MetricKey: String, CaseIterable, Sendable {
  case step, epoch, loss, reconstruction, penalty, criticLoss, weight, gradientRatio, learningRate
  case stepSeconds, regularizerShare, imagesPerSecond
  case heldOutReconstruction
  case heldOutSlicedWasserstein = "heldOut.slicedWasserstein"
  case heldOutSlicedWassersteinNull = "heldOut.slicedWasserstein.null"
  case heldOutMeanNorm = "heldOut.meanNorm"
  case heldOutMeanNormNull = "heldOut.meanNorm.null"
  case heldOutEffectiveRank = "heldOut.effectiveRank"
  case heldOutEffectiveRankNull = "heldOut.effectiveRank.null"

  /// The match of held-out codes, and the same of draws of the prior.
  package static func heldOut(_ measure: LatentMatch.Measure) -> (value: MetricKey, null: MetricKey) {
    switch measure {
    case .slicedWasserstein: (.heldOutSlicedWasserstein, .heldOutSlicedWassersteinNull)
    case .meanNorm: (.heldOutMeanNorm, .heldOutMeanNormNull)
    case .effectiveRank: (.heldOutEffectiveRank, .heldOutEffectiveRankNull)
    }
  }

  /// What a quantity tells of.
  package enum Topic: String, Sendable {
    case loss, schedule, speed, heldOut
  }

  package var topic: Topic {
    switch self {
    case .loss, .reconstruction, .penalty, .criticLoss, .gradientRatio: .loss
    case .step, .epoch, .weight, .learningRate: .schedule
    case .stepSeconds, .regularizerShare, .imagesPerSecond: .speed
    case .heldOutReconstruction, .heldOutSlicedWasserstein, .heldOutSlicedWassersteinNull, .heldOutMeanNorm,
      .heldOutMeanNormNull, .heldOutEffectiveRank, .heldOutEffectiveRankNull:
      .heldOut
    }
  }

  /// A value under this key, for a line.
  func of(_ value: Double) -> (String, Double) { (rawValue, value) }
}

extension Dictionary where Key == String, Value == Double {
  /// A line's value of a quantity.
  package subscript(key: MetricKey) -> Double? { self[key.rawValue] }
}

extension NamedTensor {
  /// A scalar that a step logs.
  init(_ key: MetricKey, _ tensor: Tensor) { self.init(key.rawValue, tensor) }
}
