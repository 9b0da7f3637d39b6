import Metrics
import MoCAProtocols
import Runner

extension MetricCard {
  /// A card of 8-bit images, to be completed.
  static func images(
    _ subject: String, of set: ImageSet, sampler: String? = nil, seed: Int?, isGenerated: Bool
  ) -> MetricCard {
    var card = MetricCard(
      score: "", subject: subject, count: set.count, arithmetic: "float32 features, float64 scores",
      seed: seed, version: RunRecord.program)
    card.sampler = sampler
    card.imageShape = "\(set.shape)"
    // The one way from [0, 1] to 8 bits is `ImageGrid.bytes(of:)`.
    card.quantization = isGenerated ? "clamped to [0, 1], × 255, rounded" : "8-bit images as they are"
    if !isGenerated { card.subjectDigest = set.digest }
    return card
  }
}
