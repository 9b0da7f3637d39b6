import Ablation
import Backbones
import Datasets
import Extractors
import Metrics
import MoCAProtocols
import Optimizers
import Priors
import Regularizers
import Runner
import Scoring

extension Catalogs {
  /// Every plugin of this package: the one place where the catalogs meet.
  public static var standard: Catalogs {
    Catalogs(
      DatasetCatalog.standard, EncoderCatalog.standard, DecoderCatalog.standard, PosteriorCatalog.standard,
      PriorCatalog.standard, RegularizerCatalog.standard, MemoryCatalog.standard, OptimizerCatalog.standard,
      SamplerCatalog.standard, ExtractorCatalog.standard, MetricCatalog.standard,
      LauncherCatalog.standard)
  }
}
