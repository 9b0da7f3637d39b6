import Metrics
import MoCAProtocols

extension MetricCatalog {
  /// The metrics of this package, in the order in which their scores are shown.
  public static var standard: Self {
    Self()
      .adding(FrechetMetric.self)
      .adding(FrechetInfinityMetric.self)
      .adding(KernelMetric.self)
      .adding(SlicedMetric.self)
      .adding(InceptionScoreMetric.self)
      .adding(PrecisionRecallMetric.self)
      .adding(DensityCoverageMetric.self)
      .adding(MemorisationMetric.self)
      .adding(ReconstructionMetric.self)
      .adding(SharpnessMetric.self)
      .adding(LatentMetric.self)
      .adding(PriorHolesMetric.self)
      .adding(ProbeMetric.self)
  }
}
