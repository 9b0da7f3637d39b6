import Ablation
import Backbones
import Datasets
import Extractors
import Metrics
import Priors
import Regularizers
import Runner
import Scoring

extension Catalogs {
  /// Every plugin of this package: the one place where the catalogs meet.
  public static var standard: Catalogs {
    var catalogs = Catalogs(
      datasets: .standard, encoders: .standard, decoders: .standard, posteriors: .standard, priors: .standard,
      regularizers: .standard, memories: .standard, samplers: .standard, extractors: .standard,
      metrics: .standard)
    catalogs.launchers = .standard
    return catalogs
  }
}
