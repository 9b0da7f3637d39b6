import Backbones
import Datasets
import Extractors
import Launchers
import Metrics
import Priors
import Regularizers
import Runner

extension Catalogs {
  /// Every plugin of this package: the one place where the catalogs meet.
  public static var standard: Catalogs {
    Catalogs(
      datasets: .standard, encoders: .standard, decoders: .standard, posteriors: .standard, priors: .standard,
      regularizers: .standard, memories: .standard, samplers: .standard,
      extractors: .standard, metrics: .standard, launchers: .standard)
  }
}
